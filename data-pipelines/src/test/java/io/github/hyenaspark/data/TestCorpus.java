package io.github.hyenaspark.data;

import io.github.hyenaspark.data.prepare.DataConfig;
import io.github.hyenaspark.data.prepare.InputPlan;
import io.github.hyenaspark.data.prepare.SnapshotCommit;
import io.github.hyenaspark.data.prepare.UnitWork;
import io.github.hyenaspark.data.prepare.WorkUnit;
import io.github.hyenaspark.io.Storage;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/** Files in a directory as the input of a dataset beside them. */
public final class TestCorpus {
    private final Path directory;
    private final Storage storage;

    /** A corpus in {@code directory/input}. */
    public TestCorpus(Path directory) throws IOException {
        this.directory = directory;
        this.storage = Storage.local();
    }

    /** The input's directory. */
    public Path input() {
        return directory.resolve("input");
    }

    /** The dataset of {@link #config}. */
    public Path dataset() {
        return directory.resolve("dataset");
    }

    /** Local storage. */
    public Storage storage() {
        return storage;
    }

    /** Writes a document. */
    public TestCorpus add(String path, byte[] text) throws IOException {
        Path file = input().resolve(path);
        Files.createDirectories(file.getParent());
        Files.write(file, text);
        return this;
    }

    /** Writes a document. */
    public TestCorpus add(String path, String text) throws IOException {
        return add(path, text.getBytes(StandardCharsets.UTF_8));
    }

    /** Units of 1,000 bytes, shards of 8 KiB, these validation documents. */
    public DataConfig config(String... validationDocuments) {
        return config(dataset(), validationDocuments);
    }

    /** The same for another dataset. */
    public DataConfig config(Path otherDataset, String... validationDocuments) {
        return new DataConfig(
                input().toString(),
                otherDataset.toString(),
                "",
                "bytes",
                1000,
                8192,
                0.0,
                List.of(validationDocuments));
    }

    /** Runs a whole preparation. */
    public SnapshotCommit.Result prepare(DataConfig config) throws IOException {
        InputPlan plan = InputPlan.of(storage, config);
        for (WorkUnit unit : plan.pending()) {
            UnitWork.run(unit, config, storage);
        }
        return SnapshotCommit.commit(storage, config, plan.units());
    }

    /** Every file below a directory by its relative path. */
    public static Map<String, String> files(Path directory) throws IOException {
        Map<String, String> files = new TreeMap<>();
        try (Stream<Path> all = Files.walk(directory)) {
            for (Path file : all.filter(Files::isRegularFile).toList()) {
                String content = new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1);
                files.put(directory.relativize(file).toString(), content);
            }
        }
        return files;
    }
}
