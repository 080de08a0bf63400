package io.github.hyenaspark.operator.tensor;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The T threads of one task: its caller, member 0, and T−1 others, which end after an idle second. Members get fixed
 * ranges of the work, or one item after the other; no result depends on T. One thread uses a pool at a time. Every
 * member has a {@link Workspace}, and a matrix product runs in the thread that asks for it.
 */
public final class ComputePool {
    private static final long IDLE_SECONDS = 1;
    /** A thread spins this long for work, or for its end, before it sleeps: waking takes about as long. */
    private static final long SPIN_NANOS = 100_000;

    private final List<Workspace> workspaces = new ArrayList<>();
    private final ThreadPoolExecutor others;

    private ComputePool(int threads) {
        for (int member = 0; member < threads; member++) {
            workspaces.add(new Workspace());
        }
        int rest = Math.max(1, threads - 1);
        others = new ThreadPoolExecutor(rest, rest, IDLE_SECONDS, TimeUnit.SECONDS, new EagerQueue(), work -> {
            Thread thread = new Thread(work, "hyena-compute");
            thread.setDaemon(true);
            return thread;
        });
        others.allowCoreThreadTimeOut(true);
    }

    /** A pool of {@code threads}, the caller's included. */
    public static ComputePool of(int threads) {
        if (threads < 1) {
            throw new IllegalArgumentException("a pool needs at least one thread, found " + threads);
        }
        return new ComputePool(threads);
    }

    /** The caller alone. */
    public static ComputePool alone() {
        return new ComputePool(1);
    }

    public int threads() {
        return workspaces.size();
    }

    public Workspace workspace(int member) {
        return workspaces.get(member);
    }

    @FunctionalInterface
    public interface Share {
        void run(int member, int from, int to);
    }

    /**
     * Divides the items 0 to {@code count}−1 into T ranges, as equal as possible, one per member, and waits for all of
     * them. The first exception of a share is thrown here, after all have ended.
     */
    public void divide(int count, Share share) {
        List<Future<?>> pending = new ArrayList<>(threads() - 1);
        List<Throwable> failures = new ArrayList<>();
        try {
            for (int member = 1; member < threads(); member++) {
                int from = start(member, count);
                int to = start(member + 1, count);
                int number = member;
                if (from < to) {
                    pending.add(others.submit(() -> share.run(number, from, to)));
                }
            }
            if (start(1, count) > 0) {
                share.run(0, 0, start(1, count));
            }
        } catch (RuntimeException | Error e) { // the others are still at work in what the caller would now leave
            failures.add(e);
        }
        await(pending, failures);
        throwFirst(failures);
    }

    @FunctionalInterface
    public interface Item {
        void run(int member, int number);
    }

    /**
     * Gives every item to the member that is free first, in the order of their numbers, so that none waits long for one
     * that the machine holds up. For items of at least a millisecond whose results do not depend on the member.
     */
    public void each(int count, Item item) {
        if (count == 1) { // waking another thread takes longer than most single items
            item.run(0, 0);
            return;
        }
        AtomicInteger next = new AtomicInteger();
        divide(Math.min(count, threads()), (member, from, to) -> {
            for (int number = next.getAndIncrement(); number < count; number = next.getAndIncrement()) {
                item.run(member, number);
            }
        });
    }

    private static void throwFirst(List<Throwable> failures) {
        if (failures.isEmpty()) {
            return;
        }
        Throwable first = failures.get(0);
        failures.subList(1, failures.size()).forEach(first::addSuppressed);
        if (first instanceof Error error) {
            throw error;
        }
        throw first instanceof RuntimeException exception ? exception : new IllegalStateException(first);
    }

    private int start(int member, int count) {
        return (int) ((long) count * member / threads());
    }

    private static void await(List<Future<?>> pending, List<Throwable> failures) {
        boolean interrupted = false;
        for (Future<?> future : pending) {
            boolean done = false;
            spinUntil(future::isDone);
            while (!done) {
                try {
                    future.get();
                    done = true;
                } catch (InterruptedException e) {
                    interrupted = true;
                } catch (ExecutionException e) {
                    failures.add(e.getCause() == null ? e : e.getCause());
                    done = true;
                }
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private static void spinUntil(BooleanSupplier condition) {
        long start = System.nanoTime();
        while (!condition.getAsBoolean() && System.nanoTime() - start < SPIN_NANOS) {
            Thread.onSpinWait();
        }
    }

    private static final class EagerQueue extends LinkedBlockingQueue<Runnable> {
        private static final long serialVersionUID = 1;

        @Override
        public @Nullable Runnable poll(long timeout, TimeUnit unit) throws InterruptedException {
            spinUntil(() -> !isEmpty());
            return super.poll(timeout, unit);
        }
    }
}
