package io.github.hyenaspark.data.prepare.unit;

import io.github.hyenaspark.data.shard.snapshot.DatasetSnapshot;
import io.github.hyenaspark.data.shard.snapshot.UnitEntry;
import io.github.hyenaspark.io.CorruptFileException;
import io.github.hyenaspark.io.Storage;
import io.github.hyenaspark.io.StoredFile;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The records behind a snapshot, found by one listing. A snapshot names its units without the times of change of their
 * files; of several records of one name the digest tells which is meant.
 */
public final class UnitRecords {
    private final Storage storage;
    private final String directory;
    private final Map<String, List<String>> urisByName = new HashMap<>();

    private UnitRecords(Storage storage, String directory) {
        this.storage = storage;
        this.directory = directory;
    }

    /** Lists the records that were made with the settings of a snapshot. */
    public static UnitRecords of(Storage storage, String dataset, DatasetSnapshot snapshot) throws IOException {
        var records = new UnitRecords(storage, UnitRecord.directory(dataset, snapshot.fingerprint()));
        for (StoredFile file : storage.list(records.directory)) {
            String unit = file.name().replaceFirst("-.*", "");
            records.urisByName.computeIfAbsent(unit, name -> new ArrayList<>()).add(file.uri());
        }
        return records;
    }

    /**
     * The URI of a unit's record.
     *
     * @throws CorruptFileException if there is none with the unit's digest
     */
    public String uri(UnitEntry unit) throws IOException {
        for (String uri : urisByName.getOrDefault(unit.name(), List.of())) {
            if (UnitRecord.read(storage, uri).entry().digest().equals(unit.digest())) {
                return uri;
            }
        }
        throw new CorruptFileException(
                directory,
                "a record of unit " + unit.name() + " with digest " + unit.digest(),
                urisByName.getOrDefault(unit.name(), List.of()).size() + " records of it, none with that digest",
                "restore the file from a copy, or prepare the corpus into another data.dataset");
    }

    /**
     * A unit's record.
     *
     * @throws CorruptFileException if there is none with the unit's digest
     */
    public UnitRecord of(UnitEntry unit) throws IOException {
        return UnitRecord.read(storage, uri(unit));
    }
}
