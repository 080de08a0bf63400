package io.github.hyenaspark.testing;

import io.github.hyenaspark.testing.StoreFault.Effect;
import io.github.hyenaspark.testing.StoreFault.Operation;
import java.io.IOException;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.apache.hadoop.fs.Path;

/** The faults of one store that are still to come, and the operations it has seen. Safe for many threads. */
final class StoreFaults {
    private final Map<StoreFault, Long> left = new LinkedHashMap<>(); // operations until it happens
    private final Map<Operation, Long> seen = new EnumMap<>(Operation.class);
    private final Set<String> asked = new TreeSet<>();
    private final List<StoreFault> lasting = new ArrayList<>();

    /** An operation that may fail. */
    interface Work<T> {
        T run() throws IOException;
    }

    synchronized void inject(StoreFault fault) {
        left.put(fault, fault.nth());
    }

    synchronized void heal() {
        left.clear();
        lasting.clear();
    }

    synchronized int pending() {
        return left.size();
    }

    synchronized long seen(Operation operation) {
        return seen.getOrDefault(operation, 0L);
    }

    synchronized Set<String> asked() {
        return Set.copyOf(asked);
    }

    synchronized void forgetSeen() {
        seen.clear();
        asked.clear();
    }

    /** Does an operation as the faults want it. */
    <T> T run(Operation operation, Path path, Work<T> work) throws IOException {
        Optional<Effect> effect = next(operation, path);
        if (effect.isPresent() && effect.get() != Effect.AFTER) {
            throw failure(operation, path, effect.get());
        }
        T done = work.run();
        if (effect.isPresent()) {
            throw failure(operation, path, effect.get());
        }
        return done;
    }

    /** Counts an operation; what happens to it, if something does. */
    synchronized Optional<Effect> next(Operation operation, Path path) {
        seen.merge(operation, 1L, Long::sum);
        asked.add(path.toString());
        boolean gone = lasting.stream().anyMatch(fault -> fault.counts(operation, path.toString()));
        Optional<Effect> effect = gone ? Optional.of(Effect.LASTING) : Optional.empty();
        for (Iterator<Map.Entry<StoreFault, Long>> faults = left.entrySet().iterator(); faults.hasNext(); ) {
            Map.Entry<StoreFault, Long> fault = faults.next();
            if (!fault.getKey().counts(operation, path.toString())) {
                continue;
            }
            fault.setValue(fault.getValue() - 1);
            if (fault.getValue() == 0) {
                faults.remove();
                effect = Optional.of(fault.getKey().effect());
                if (effect.get() == Effect.LASTING) {
                    lasting.add(fault.getKey());
                } else if (effect.get().dies()) {
                    lasting.add(StoreFault.lasting());
                }
            }
        }
        return effect;
    }

    static IOException failure(Operation operation, Path path, Effect effect) {
        return new IOException("injected: " + operation + " of " + path + " failed " + effect);
    }
}
