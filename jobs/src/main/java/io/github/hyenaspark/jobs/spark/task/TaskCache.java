package io.github.hyenaspark.jobs.spark.task;

import io.github.hyenaspark.jobs.spark.task.ExecutorState.Reading;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;

/** What a process keeps from one task to the next: values for one task at a time, values for all, and parameters. */
public final class TaskCache {
    private TaskCache() {}

    @FunctionalInterface
    interface Making<V> {
        V make() throws IOException;
    }

    /**
     * Values that wait for the next task, because making them anew would cost more than a short round. Each task takes
     * one of its own: the values are not thread-safe. Only the keys used last have values here; those of others are
     * released.
     */
    static final class IdlePool<K, V> {
        private final int mostKeys;
        private final Consumer<V> release;
        private final Deque<Idle<K, V>> idle = new ArrayDeque<>(); // the key used last first

        private record Idle<K, V>(K key, Deque<V> values) {}

        /**
         * At most so many keys have idle values at once; {@code release} takes each value that no task will use again.
         */
        IdlePool(int mostKeys, Consumer<V> release) {
            this.mostKeys = mostKeys;
            this.release = release;
        }

        synchronized Optional<V> take(K key) {
            Idle<K, V> same = find(key).orElseGet(() -> new Idle<>(key, new ArrayDeque<>()));
            idle.removeIf(other -> other.key().equals(key));
            idle.addFirst(same);
            if (idle.size() > mostKeys) {
                idle.removeLast().values().forEach(release);
            }
            return Optional.ofNullable(same.values().poll());
        }

        /** Makes a value available to the next task, unless its key was dropped meanwhile. */
        synchronized void giveBack(K key, V value) {
            find(key).ifPresentOrElse(same -> same.values().push(value), () -> release.accept(value));
        }

        /** Reads a value that waits here or is made now; it waits for the next task afterwards, unless this fails. */
        <T> T read(K key, Making<V> making, Reading<V, T> reading) throws IOException {
            Optional<V> waiting = take(key);
            V value = waiting.isPresent() ? waiting.get() : making.make();
            boolean fine = false;
            try {
                T result = reading.read(value);
                fine = true;
                return result;
            } finally {
                if (fine) {
                    giveBack(key, value);
                } else {
                    release.accept(value);
                }
            }
        }

        synchronized void clear() {
            idle.forEach(each -> each.values().forEach(release));
            idle.clear();
        }

        private Optional<Idle<K, V>> find(K key) {
            return idle.stream().filter(each -> each.key().equals(key)).findFirst();
        }
    }

    /**
     * Values that all tasks of a process share because each is large, such as the index of a split. The first task that
     * needs one makes it while the others wait; if it fails, the next one tries. Only those of the keys used last are
     * kept.
     */
    static final class SharedValues<K, V> {
        private final int most;
        private final Map<K, Slot<V>> slots = new LinkedHashMap<>(); // the key used last at the end

        private static final class Slot<V> {
            private Optional<V> value = Optional.empty();
        }

        SharedValues(int most) {
            this.most = most;
        }

        V get(K key, Making<V> making) throws IOException {
            Slot<V> slot = slot(key);
            synchronized (slot) {
                if (slot.value.isEmpty()) {
                    slot.value = Optional.of(making.make());
                }
                return slot.value.get();
            }
        }

        private synchronized Slot<V> slot(K key) {
            Slot<V> known = slots.remove(key);
            Slot<V> slot = known == null ? new Slot<>() : known;
            slots.put(key, slot);
            if (slots.size() > most) {
                slots.remove(slots.keySet().iterator().next());
            }
            return slot;
        }

        synchronized void clear() {
            slots.clear();
        }
    }

    /**
     * The parameters that this executor received last, so that those of the next round may come as an update. An
     * executor without the previous round's parameters, such as a new one, asks for all of them.
     */
    public static final class ParameterCache {
        private String series = "";
        private long round;
        private float[] theta = {};

        /** θ, P, not to be changed, and the bytes that were transferred because an update was not enough. */
        public record Parameters(float[] theta, long wholeBytes) {}

        /**
         * Receives the parameters of a series, which names the rounds of one driver, and a round, from 0; those of its
         * next round may then come as an update. The tasks of an executor wait for the first of them.
         *
         * @param sent θ, P, where it came whole
         * @param update makes the parameters from those of the round before; empty if they came whole
         * @param whole asks for all parameters where the update is not enough
         */
        public synchronized Parameters receive(
                String asked,
                long when,
                float[] sent,
                Optional<UnaryOperator<float[]>> update,
                Supplier<float[]> whole) {
            long wholeBytes = 0;
            if (!has(asked, when)) {
                if (update.isEmpty()) {
                    theta = sent;
                } else if (has(asked, when - 1)) {
                    theta = update.get().apply(theta);
                } else {
                    theta = whole.get();
                    wholeBytes = (long) theta.length * Float.BYTES;
                }
                series = asked;
                round = when;
            }
            return new Parameters(theta, wholeBytes);
        }

        private boolean has(String which, long when) {
            return series.equals(which) && round == when;
        }
    }
}
