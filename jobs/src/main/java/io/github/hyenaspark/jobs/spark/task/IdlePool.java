package io.github.hyenaspark.jobs.spark.task;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * Values that wait for the next task, because making them anew would cost more than a short round. Each task takes one
 * of its own: the values are not thread-safe. Only the keys used last have values here; those of others are released.
 */
final class IdlePool<K, V> {
    private final int mostKeys;
    private final Consumer<V> release;
    private final Deque<Idle<K, V>> idle = new ArrayDeque<>(); // the key used last first

    private record Idle<K, V>(K key, Deque<V> values) {}

    /** At most so many keys have idle values at once; {@code release} takes each value that no task will use again. */
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

    synchronized void clear() {
        idle.forEach(each -> each.values().forEach(release));
        idle.clear();
    }

    private Optional<Idle<K, V>> find(K key) {
        return idle.stream().filter(each -> each.key().equals(key)).findFirst();
    }
}
