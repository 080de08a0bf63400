package io.github.hyenaspark.jobs.spark.task;

import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Values that all tasks of a process share because each is large, such as the index of a split. The first task that
 * needs one makes it while the others wait; if it fails, the next one tries. Only those of the keys used last are kept.
 */
final class SharedValues<K, V> {
    private final int most;
    private final Map<K, Slot<V>> slots = new LinkedHashMap<>(); // the key used last at the end

    private static final class Slot<V> {
        private Optional<V> value = Optional.empty();
    }

    @FunctionalInterface
    interface Making<V> {
        V make() throws IOException;
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
