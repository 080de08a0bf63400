package io.github.hyenaspark.io;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.ToLongFunction;

/** Asks a store many things at once: one after the other, a thousand answers of 20 ms take 20 seconds. */
public final class Requests {
    /** Threads that ask. */
    public static final int AT_ONCE = 32;

    private Requests() {}

    /** A question about one of many things. */
    @FunctionalInterface
    public interface Question<A, B> {
        B ask(A about) throws IOException;
    }

    /** The answers, in the order of the questions; throws what the first failing one threw. */
    public static <A, B> List<B> all(List<A> things, Question<? super A, ? extends B> question) throws IOException {
        return all(things, AT_ONCE, question);
    }

    /** The same with at most so many questions at once, where each takes much memory. */
    public static <A, B> List<B> all(List<A> things, int atOnce, Question<? super A, ? extends B> question)
            throws IOException {
        List<B> answers = new ArrayList<>();
        if (things.size() == 1) {
            answers.add(question.ask(things.get(0)));
            return answers;
        }
        ExecutorService threads = Executors.newFixedThreadPool(Math.max(1, Math.min(atOnce, things.size())), task -> {
            Thread thread = new Thread(task, "store-request");
            thread.setDaemon(true);
            return thread;
        });
        try {
            List<Future<B>> asked = new ArrayList<>();
            for (A thing : things) {
                asked.add(threads.submit(() -> question.ask(thing)));
            }
            for (Future<B> answer : asked) {
                answers.add(answer.get());
            }
            return answers;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("interrupted while a store was asked");
        } catch (ExecutionException e) {
            if (e.getCause() instanceof IOException told) {
                throw told;
            }
            if (e.getCause() instanceof RuntimeException told) {
                throw told;
            }
            throw new IOException(e.getCause());
        } finally {
            threads.shutdownNow();
        }
    }

    /**
     * Cuts things, in their order, into so many as may be in memory together: at most {@code count}, with weights that
     * add up to at most {@code most}; a heavier one is alone.
     */
    public static <T> List<List<T>> parts(List<T> things, int count, long most, ToLongFunction<T> weight) {
        List<List<T>> parts = new ArrayList<>();
        int from = 0;
        long sum = 0;
        for (int at = 0; at < things.size(); at++) {
            long own = weight.applyAsLong(things.get(at));
            if (at > from && (sum + own > most || at - from == count)) {
                parts.add(things.subList(from, at));
                from = at;
                sum = 0;
            }
            sum += own;
        }
        if (from < things.size()) {
            parts.add(things.subList(from, things.size()));
        }
        return parts;
    }
}
