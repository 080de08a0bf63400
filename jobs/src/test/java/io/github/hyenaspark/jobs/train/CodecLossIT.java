package io.github.hyenaspark.jobs.train;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.hyenaspark.jobs.testing.SmallRun;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What codecs cost: the held-out loss on the sample corpus after equal tokens is that of parameters that travel as they
 * are, to half a percent. The mean of six seeds: any change of a bit moves a single run by twice as much.
 */
@Tag("endurance")
class CodecLossIT {
    private static final double MOST = 0.005;
    private static final int SEEDS = 6;
    private static final List<List<String>> CODECS = List.of(
            List.of("train.codec=int8"),
            List.of("train.codec=int4"),
            List.of("train.codec=int8", "train.down-codec=int8"));

    @TempDir
    static Path shared;

    private static String dataset;
    private static int runs;

    @BeforeAll
    static void prepare() throws IOException {
        dataset = SmallRun.prepareSampleCorpus(shared);
    }

    @ParameterizedTest
    @ValueSource(ints = {2, 4})
    void codecsCostAlmostNothing(int workers) throws IOException {
        double exact = loss(workers, List.of());
        for (List<String> codec : CODECS) {
            double loss = loss(workers, codec);
            System.out.printf("%d workers, %s: %.4f, as they are: %.4f%n", workers, codec, loss, exact);
            assertThat(loss / exact).as("%s", codec).isLessThan(1 + MOST);
        }
    }

    private static double loss(int workers, List<String> codec) throws IOException {
        double sum = 0;
        for (int seed = 1; seed <= SEEDS; seed++) {
            List<String> arguments = new ArrayList<>(List.of(
                    "train",
                    "data.dataset=" + dataset,
                    "run.dir=" + shared.resolve("run-" + runs++),
                    "model.d-model=32",
                    "model.n-layer=2",
                    "model.l-max=128",
                    "model.filter.width=16",
                    "model.filter.emb=9",
                    "train.workers=" + workers,
                    "train.seed=" + seed,
                    "train.batch-size=4",
                    "train.local-steps=10",
                    "train.rounds=40",
                    "train.lr=8e-3",
                    "train.filter-lr=8e-3",
                    "train.outer.momentum=0",
                    "run.validate-every-rounds=0"));
            arguments.addAll(codec);
            sum += SmallRun.bare("local[2]", arguments)
                    .json()
                    .get("held_out_loss")
                    .doubleValue();
        }
        return sum / SEEDS;
    }
}
