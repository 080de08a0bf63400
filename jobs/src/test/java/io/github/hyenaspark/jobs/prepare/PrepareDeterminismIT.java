package io.github.hyenaspark.jobs.prepare;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.hyenaspark.io.Storage;
import io.github.hyenaspark.jobs.testing.CrashCorpus;
import io.github.hyenaspark.jobs.testing.DatasetState;
import io.github.hyenaspark.jobs.testing.HyenaProcess;
import io.github.hyenaspark.jobs.testing.NamedPoint;
import io.github.hyenaspark.jobs.testing.PreparePlace;
import io.github.hyenaspark.jobs.testing.ShuffledFileSystem;
import io.github.hyenaspark.jobs.testing.SmallRun;
import io.github.hyenaspark.jobs.testing.SmallRun.Outcome;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestReporter;
import org.junit.jupiter.api.io.TempDir;

/**
 * The same hash of every shard, index, part of the document table, list of duplicates, snapshot body, view and packing
 * plan, whatever the master, the partitions, speculation, the order of listings, and crashes. The normal build has a
 * few of the cells.
 */
@Tag("process")
class PrepareDeterminismIT {
    private static final List<String> MASTERS = List.of("local[1]", "local[2]", "local-cluster[2,1,512]");
    private static final List<String> PARTITIONS = List.of("1", "7", "64");

    @TempDir
    Path directory;

    private CrashCorpus corpus;
    private PreparePlace place;
    private final Map<String, Map<String, String>> hashes = new TreeMap<>();

    /**
     * A run whose datasets must be as those of all others.
     *
     * @param properties of Spark
     * @param input URI of the corpus
     * @param killedAt where a first run on {@code local[1]} dies; empty for none
     */
    private record Cell(String master, Map<String, String> properties, String input, String killedAt) {}

    @BeforeEach
    void writeCorpus() throws IOException {
        corpus = CrashCorpus.write(directory);
        place = new PreparePlace("disk", Map.of(), directory.toString());
    }

    private Cell cell(String master, String partitions, boolean speculation) {
        Map<String, String> properties = new TreeMap<>();
        properties.put("spark.default.parallelism", partitions);
        if (speculation) {
            // eager enough that tasks of milliseconds are run twice
            properties.put("spark.speculation", "true");
            properties.put("spark.speculation.interval", "10ms");
            properties.put("spark.speculation.multiplier", "1.01");
            properties.put("spark.speculation.quantile", "0.1");
            properties.put("spark.speculation.minTaskRuntime", "1ms");
        }
        return new Cell(master, properties, corpus.directory().toString(), "");
    }

    private Cell shuffled(String master, int seed) {
        Map<String, String> properties = new TreeMap<>();
        properties.put("spark.hadoop.fs.shuffled.impl", ShuffledFileSystem.class.getName());
        properties.put("spark.hadoop.fs.shuffled.impl.disable.cache", "true");
        properties.put("spark.hadoop." + ShuffledFileSystem.SEED, Integer.toString(seed));
        return new Cell(master, properties, ShuffledFileSystem.SCHEME + "://" + corpus.directory(), "");
    }

    private Cell killed(String master, String at) {
        return new Cell(master, Map.of(), corpus.directory().toString(), at);
    }

    @Test
    @Tag("goal-6")
    void fewCellsHaveTheSameHashes(TestReporter reporter) throws Exception {
        check(List.of(cell("local[1]", "1", false), cell("local[2]", "64", false), shuffled("local[2]", 3)), reporter);
    }

    @Tag("endurance")
    @Test
    @Tag("goal-6")
    void allCellsHaveTheSameHashes(TestReporter reporter) throws Exception {
        List<Cell> cells = new ArrayList<>();
        for (String master : MASTERS) {
            for (String partitions : PARTITIONS) {
                cells.add(cell(master, partitions, false));
                cells.add(cell(master, partitions, true));
            }
        }
        for (int seed = 1; seed <= 3; seed++) {
            cells.add(shuffled("local[" + seed + "]", seed));
        }
        cells.add(cell("local[5]", "3", false)); // all units at once: they end in any order
        cells.add(killed("local[2]", "^shard train/"));
        cells.add(killed(MASTERS.get(2), "^before the record"));
        cells.add(killed("local[1]", "^before creating .*/snapshots/"));
        assertThat(cells).hasSizeGreaterThanOrEqualTo(24);
        check(cells, reporter);
    }

    private void check(List<Cell> cells, TestReporter reporter) throws Exception {
        for (int i = 0; i < cells.size(); i++) {
            hashes.put(cells.get(i).toString(), hashes(cells.get(i), "dataset-" + i));
        }
        Map<String, String> first = hashes.values().iterator().next();
        hashes.forEach((cell, found) -> assertThat(found).as(cell).isEqualTo(first));
        reporter.publishEntry("determinism", cells.size() + " cells have the same " + first.size() + " hashes");
    }

    private Map<String, String> hashes(Cell cell, String dataset) throws Exception {
        List<String> arguments = new ArrayList<>(Arrays.asList(place.prepare(dataset)));
        arguments.set(1, "data.input=" + cell.input());
        if (!cell.killedAt().isEmpty()) {
            kill(cell, dataset, arguments);
        }
        cell.properties().forEach(System::setProperty);
        try {
            Outcome outcome = SmallRun.bare(cell.master(), arguments);
            assertThat(outcome.json().get("units").intValue()).isGreaterThanOrEqualTo(5);
        } finally {
            cell.properties().keySet().forEach(System::clearProperty);
        }
        var state = new DatasetState(Storage.local(), place.uri(dataset));
        assertThat(state.documents()).isEqualTo(corpus.documents());
        Map<String, String> all = new TreeMap<>(state.objects());
        all.putAll(state.plans());
        return all;
    }

    private void kill(Cell cell, String dataset, List<String> arguments) throws Exception {
        NamedPoint point = NamedPoint.killing(cell.killedAt(), directory.resolve(dataset + "-death"))
                .atMatch(cell.killedAt().startsWith("^before creating") ? 1 : 2);
        Outcome killed =
                HyenaProcess.on("local[1]").withDriverAt(point).run(directory, arguments.toArray(String[]::new));
        assertThat(killed.code()).as(killed.messages()).isEqualTo(HyenaProcess.KILLED);
    }
}
