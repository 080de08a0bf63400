package io.github.hyenaspark.jobs.testing;

import io.github.hyenaspark.io.Storage;
import io.github.hyenaspark.jobs.testing.SmallRun.Outcome;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/**
 * A file system with a corpus and datasets, and the commands that prepare them.
 *
 * @param name for messages
 * @param settings of Hadoop
 * @param root URI of a directory for all this
 */
public record PreparePlace(String name, Map<String, String> settings, String root) {
    public Storage storage() throws IOException {
        return Storage.of(settings);
    }

    public DatasetState state(String dataset) throws IOException {
        return new DatasetState(storage(), uri(dataset));
    }

    public String uri(String path) {
        return Storage.resolve(root, path);
    }

    /** Copies a corpus to {@code input}. */
    public PreparePlace withCorpus(CrashCorpus corpus) throws IOException {
        for (Path file : corpus.files()) {
            add(file.getFileName().toString(), Files.readAllBytes(file));
        }
        return this;
    }

    public void add(String file, byte[] content) throws IOException {
        storage().replace(uri("input/" + file), content);
    }

    /** The arguments that prepare {@code input} into a dataset. */
    public String[] prepare(String dataset) {
        List<String> arguments =
                new ArrayList<>(List.of("prepare", "data.input=" + uri("input"), "data.dataset=" + uri(dataset)));
        arguments.addAll(CrashCorpus.SETTINGS);
        return arguments.toArray(String[]::new);
    }

    /** Runs a command in this process, which is quicker than another JVM. */
    public Outcome run(String master, String... arguments) {
        settings.forEach((key, value) -> System.setProperty("spark.hadoop." + key, value));
        try {
            return SmallRun.bare(master, Arrays.asList(arguments));
        } finally {
            settings.keySet().forEach(key -> System.clearProperty("spark.hadoop." + key));
        }
    }

    /** A process that runs commands here. */
    public HyenaProcess process(String master) {
        return HyenaProcess.on(master).withHadoop(settings);
    }
}
