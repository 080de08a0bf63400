package io.github.hyenaspark.jobs.testing;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.hyenaspark.jobs.testing.HyenaProcess.Running;
import io.github.hyenaspark.jobs.testing.SmallRun.Outcome;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Processes die and wait where a test wants them to. */
@Tag("process")
class HyenaProcessIT {
    /** Logged on an executor once the first shard of a unit has been written. */
    private static final String SHARD = "^shard .*: \\d+ documents";

    @TempDir
    Path directory;

    private String[] prepare;

    @BeforeEach
    void corpus() throws IOException {
        prepare = new String[] {
            "prepare",
            "data.input=" + SmallRun.corpus(directory),
            "data.dataset=" + directory.resolve("dataset"),
            "data.validation-documents=[3.txt]"
        };
    }

    private boolean hasSnapshot() {
        return Files.exists(directory.resolve("dataset").resolve("train").resolve("index.json"));
    }

    @Test
    void aDriverDiesAtAPointAndTheNextRunPassesIt() throws Exception {
        NamedPoint point = NamedPoint.killing(SHARD, directory.resolve("death"));
        HyenaProcess process = HyenaProcess.on("local[1]").withDriverAt(point);

        Outcome first = process.run(directory, prepare);
        assertThat(first.code()).as(first.messages()).isEqualTo(HyenaProcess.KILLED);
        assertThat(first.results()).isEmpty();
        assertThat(point.reached()).isEqualTo(1);
        assertThat(point.messageOf(1)).matches(SHARD + ".*");
        assertThat(hasSnapshot()).isFalse();

        Outcome second = process.run(directory, prepare);
        assertThat(second.json().get("documents").intValue()).isEqualTo(4);
        assertThat(hasSnapshot()).isTrue();
    }

    @Test
    void anExecutorDiesOnceAndTheRunGoesOn() throws Exception {
        NamedPoint point = NamedPoint.killing(SHARD, directory.resolve("death"));
        Outcome outcome =
                HyenaProcess.on("local-cluster[1,1,512]").withExecutorsAt(point).run(directory, prepare);
        assertThat(outcome.json().get("documents").intValue()).isEqualTo(4);
        assertThat(point.reached()).isEqualTo(1);
        assertThat(outcome.messages()).contains("Lost executor 0");
    }

    @Test
    void aProcessWaitsAtAPointUntilItIsLetOn() throws Exception {
        NamedPoint point = NamedPoint.holding(SHARD, directory.resolve("wait"));
        try (Running running = HyenaProcess.on("local[1]")
                .withDriverAt(point)
                .withFlags("-Xmx512m")
                .start(directory, prepare)) {
            point.awaitReached(60);
            assertThat(hasSnapshot()).isFalse();
            assertThat(running.process().isAlive()).isTrue();
            point.release();
            assertThat(running.await().json().get("documents").intValue()).isEqualTo(4);
        }
        assertThat(hasSnapshot()).isTrue();
    }
}
