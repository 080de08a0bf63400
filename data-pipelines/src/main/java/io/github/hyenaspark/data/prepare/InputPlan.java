package io.github.hyenaspark.data.prepare;

import io.github.hyenaspark.data.document.Document;
import io.github.hyenaspark.data.document.InputListing;
import io.github.hyenaspark.data.shard.DatasetSnapshot;
import io.github.hyenaspark.io.Storage;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * What there is to do for an input: listed once, before any work.
 *
 * @param units all work units, in the order of the input
 * @param pending those that have no record yet, or whose objects are damaged
 */
public record InputPlan(List<WorkUnit> units, List<WorkUnit> pending) {
    public InputPlan {
        units = List.copyOf(units);
        pending = List.copyOf(pending);
    }

    /**
     * Lists the input and looks at what has been done.
     *
     * @throws IllegalArgumentException if input or dataset are not set, the input is missing or has no text, a
     *     validation document is not in it, or the dataset was prepared with other settings
     */
    public static InputPlan of(Storage storage, DataConfig config) throws IOException {
        config.checkPlaces();
        List<Document> documents = InputListing.documents(storage, config.input());
        if (documents.stream().allMatch(document -> document.bytes() == 0)) {
            throw new IllegalArgumentException("data.input: " + config.input() + " has no text, found "
                    + documents.size() + " empty documents, expected at least one byte");
        }
        config.splitRule().check(documents);
        checkSettings(storage, config);
        List<WorkUnit> units = WorkUnit.cut(documents, config.unitBytes());
        List<WorkUnit> pending = new ArrayList<>();
        for (WorkUnit unit : units) {
            Optional<UnitRecord> record = UnitRecord.find(storage, config, unit);
            if (record.isEmpty() || !record.get().isIntact(storage, config.dataset())) {
                pending.add(unit);
            }
        }
        return new InputPlan(units, pending);
    }

    /** How many documents there are. */
    public long documents() {
        return units.stream().mapToLong(unit -> unit.documents().size()).sum();
    }

    /** Shards of two configurations never meet in one dataset. */
    private static void checkSettings(Storage storage, DataConfig config) throws IOException {
        Optional<DatasetSnapshot> newest = DatasetSnapshot.find(storage, config.dataset());
        if (newest.isEmpty() || newest.get().fingerprint().equals(config.fingerprint())) {
            return;
        }
        Map<String, String> found = new TreeMap<>(config.identity());
        Map<String, String> expected = new TreeMap<>(newest.get().settings());
        found.entrySet().removeAll(newest.get().settings().entrySet());
        expected.entrySet().removeAll(config.identity().entrySet());
        throw new IllegalArgumentException("data.dataset: " + config.dataset() + " was prepared with other settings:"
                + " found " + found + ", expected " + expected + "; choose another data.dataset or the old settings");
    }
}
