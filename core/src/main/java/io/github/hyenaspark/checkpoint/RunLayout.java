package io.github.hyenaspark.checkpoint;

import io.github.hyenaspark.io.Storage;
import io.github.hyenaspark.io.StoredFile;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * Where things are in the directory of a run: {@code epoch/E.json} for every start of a driver,
 * {@code data/ROUND-E-UNIQUE/VECTOR.safetensors}, never overwritten, and {@code manifest/ROUND-E.json}, the commit.
 */
final class RunLayout {
    static final String EPOCHS = "epoch";
    static final String DATA = "data";
    static final String MANIFESTS = "manifest";

    private final Storage storage;
    private final String run;

    RunLayout(Storage storage, String run) {
        this.storage = storage;
        this.run = run;
    }

    String uri(String path) {
        return Storage.resolve(run, path);
    }

    /** Newest first. */
    List<ManifestName> manifests() throws IOException {
        return storage.list(uri(MANIFESTS)).stream()
                .map(file -> ManifestName.parse(file.name()))
                .flatMap(Optional::stream)
                .sorted(Comparator.reverseOrder())
                .toList();
    }

    /** The highest epoch that a driver ever began; 0 if none did. */
    long highestEpoch() throws IOException {
        return storage.list(uri(EPOCHS)).stream()
                .map(StoredFile::name)
                .filter(name -> name.matches("\\d{1,18}\\.json"))
                .mapToLong(name -> Long.parseLong(name.substring(0, name.indexOf('.'))))
                .max()
                .orElse(0);
    }

    /** The names of the directories with data. */
    Set<String> dataDirectories() throws IOException {
        Set<String> directories = new TreeSet<>();
        String data = storage.qualify(uri(DATA)) + "/";
        try {
            for (StoredFile file : storage.find(uri(DATA))) {
                directories.add(file.uri().substring(data.length()).replaceFirst("/.*", ""));
            }
        } catch (FileNotFoundException e) {
            return directories;
        }
        return directories;
    }
}
