package io.github.hyenaspark.jobs;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a round takes besides computing: ours is to be at most a quarter of that of DL4J's parameter averaging. */
class BaselineOverheadIT {
    private static final double MOST = 0.25;
    private static final int TURNS = 2;

    @TempDir
    Path directory;

    /** What was measured of one side, milliseconds. */
    private record Times(double overhead, double computing) {
        /** Other work on the machine only ever adds. */
        static Times least(List<Times> times) {
            return times.stream()
                    .min(Comparator.comparingDouble(Times::overhead))
                    .orElseThrow();
        }
    }

    /** With few parameters it is what Spark does once a round that counts, which takes many rounds to be compiled. */
    @ParameterizedTest
    @CsvSource({"true, average", "false, reset"})
    void aRoundOfAMillionParametersTakesAQuarterAtMost(boolean saveUpdater, String innerState)
            throws IOException, InterruptedException {
        aRoundTakesAQuarterAtMost(1_000_000, 300, 50, 1024, saveUpdater, innerState);
    }

    @ParameterizedTest
    @CsvSource({"true, average", "false, reset"})
    void aRoundOfTenMillionParametersTakesAQuarterAtMost(boolean saveUpdater, String innerState)
            throws IOException, InterruptedException {
        aRoundTakesAQuarterAtMost(10_000_000, 100, 9, 2048, saveUpdater, innerState);
    }

    /** With averaged moments DL4J needs more than the 24 GiB that this fits in. */
    @Test
    void aRoundOfAHundredMillionParametersTakesAQuarterAtMost() throws IOException, InterruptedException {
        aRoundTakesAQuarterAtMost(100_000_000, 4, 2, 4608, false, "reset");
    }

    /**
     * Each of DL4J's two ways with the one of ours that hands on the same: averaged moments, or none. Both of ours send
     * bytes where DL4J sends floats. Both sides first do the same number of rounds that are not timed. DL4J saves
     * nothing, so ours keeps its journal and saves no checkpoint meanwhile.
     */
    private void aRoundTakesAQuarterAtMost(
            int parameters, int warmUp, int rounds, int mebibytes, boolean saveUpdater, String innerState)
            throws IOException, InterruptedException {
        var process = new BaselineProcess(mebibytes, mebibytes);
        List<Times> peers = new ArrayList<>();
        List<Times> ours = new ArrayList<>();
        for (int turn = 0; turn < TURNS; turn++) {
            peers.add(peer(process, parameters, warmUp, rounds, saveUpdater));
            ours.add(ours(process, parameters, warmUp, rounds, innerState));
        }
        Times peer = Times.least(peers);
        Times our = Times.least(ours);
        double ratio = our.overhead / peer.overhead;
        System.out.printf(
                "parameters %,d | DL4J, saveUpdater %b: %.0f ms (computing %.0f) | ours, %s: %.0f ms (computing %.0f)"
                        + " | ratio %.2f%n",
                parameters, saveUpdater, peer.overhead, peer.computing, innerState, our.overhead, our.computing, ratio);
        System.out.printf("all turns: DL4J %s, ours %s%n", peers, ours);
        assertThat(ratio).isLessThanOrEqualTo(MOST);
    }

    private Times peer(BaselineProcess process, int parameters, int warmUp, int rounds, boolean saveUpdater)
            throws IOException, InterruptedException {
        JsonNode found =
                process.run(directory, PeerRounds.class, "" + parameters, "" + saveUpdater, "" + warmUp, "" + rounds);
        assertThat(found.get("parameters").doubleValue()).isBetween(0.999 * parameters, 1.001 * parameters);
        return new Times(
                found.get("overhead_ms").doubleValue(), found.get("compute_ms").doubleValue());
    }

    private Times ours(BaselineProcess process, int parameters, int warmUp, int rounds, String innerState)
            throws IOException, InterruptedException {
        JsonNode found = process.run(
                directory,
                Main.class,
                "bench",
                "round",
                "bench.parameters=" + parameters,
                "bench.rounds=" + rounds,
                "bench.warm-up-rounds=" + warmUp,
                "train.workers=2",
                "train.inner-state=" + innerState,
                "train.codec=int8",
                "train.down-codec=int8",
                "checkpoint.every-rounds=" + (warmUp + rounds + 1),
                "run.progress=plain");
        return new Times(
                found.get("overhead_ms").doubleValue(),
                found.get("ms").get("slowest_compute").doubleValue());
    }
}
