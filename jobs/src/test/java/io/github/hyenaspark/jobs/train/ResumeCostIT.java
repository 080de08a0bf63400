package io.github.hyenaspark.jobs.train;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.hyenaspark.jobs.testing.DisturbedRun;
import io.github.hyenaspark.jobs.testing.Forged;
import io.github.hyenaspark.jobs.testing.PreparePlace;
import io.github.hyenaspark.testing.MemoryFileSystem;
import io.github.hyenaspark.testing.StoreFault.Operation;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.Map;
import java.util.UUID;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Going on at round 3000 asks no more of the store than going on at round 3: no batch is read to be skipped. */
@Tag("process")
class ResumeCostIT {
    private static final Map<String, String> HADOOP = Map.of("fs.mem.impl", MemoryFileSystem.class.getName());
    private static final long FAR = 3003; // the next round has a sample of text, as after round 3
    private static final String[] SETTINGS = {
        "train.rounds=5000", "train.inner-state=average", "train.codec=fp32", "checkpoint.keep=1"
    };

    @TempDir
    Path directory;

    private MemoryFileSystem store;
    private DisturbedRun near;
    private DisturbedRun far;

    @BeforeEach
    void trainThreeRoundsTwice() throws IOException {
        String root = "mem://" + UUID.randomUUID();
        var configuration = new Configuration();
        HADOOP.forEach(configuration::set);
        store = (MemoryFileSystem) FileSystem.get(URI.create(root + "/"), configuration);
        near = DisturbedRun.at(new PreparePlace("memory", HADOOP, root + "/place"), directory, "near");
        far = near.named("far");
        for (DisturbedRun run : new DisturbedRun[] {near, far}) {
            stopAfter(run, 3);
        }
    }

    @AfterEach
    void close() throws IOException {
        store.close();
    }

    private static JsonNode stopAfter(DisturbedRun run, long round) throws IOException {
        String[] arguments = new String[SETTINGS.length + 1];
        System.arraycopy(SETTINGS, 0, arguments, 0, SETTINGS.length);
        arguments[SETTINGS.length] = "run.stop-after-rounds=" + round;
        return run.here(arguments).json();
    }

    @Test
    void goingOnCostsTheSameWhereverTheRunIs() throws IOException {
        Forged.save(near, checkpoint -> Forged.withRound(checkpoint, 3));
        Forged.save(far, checkpoint -> Forged.withRound(checkpoint, FAR));
        Map<Operation, Long> little = cost(near, 3);
        Map<Operation, Long> much = cost(far, FAR);
        assertThat(much).isEqualTo(little);
    }

    /** What the next round and its checkpoint ask of the store, from the start of the command on. */
    private Map<Operation, Long> cost(DisturbedRun run, long round) throws IOException {
        store.forgetCounts();
        JsonNode result = stopAfter(run, round + 1);
        assertThat(result.get("round").longValue()).isEqualTo(round + 1);
        Map<Operation, Long> cost = new EnumMap<>(Operation.class);
        for (Operation operation : new Operation[] {Operation.OPEN, Operation.LIST, Operation.STATUS}) {
            cost.put(operation, store.operations(operation));
        }
        System.out.printf(
                "resumed at round %d: %s, %.1f s with session and round%n",
                round, cost, result.get("seconds").doubleValue());
        return cost;
    }
}
