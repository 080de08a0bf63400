package io.github.hyenaspark.jobs;

import static io.github.hyenaspark.jobs.SmallRun.hyena;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.hyenaspark.jobs.SmallRun.Outcome;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Every mixer in the rounds of training, and in text. */
class MixersIT {
    @TempDir
    static Path shared;

    @TempDir
    Path directory;

    private static String dataset;

    @BeforeAll
    static void prepareOnce() throws IOException {
        dataset = SmallRun.prepare(shared);
    }

    private static Outcome train(String master, Path run, String... more) {
        List<String> arguments = new ArrayList<>(List.of("data.dataset=" + dataset, "run.dir=" + run));
        arguments.addAll(List.of(more));
        return hyena(master, "train", arguments.toArray(String[]::new));
    }

    @ParameterizedTest
    @ValueSource(strings = {"rnn", "lstm", "gru", "conv", "[lstm, conv]"})
    void roundsGiveTheSameBitsOnOneCoreOnTwoAndAfterAStop(String mixer) throws IOException {
        String blocks = "model.n-layer=" + (mixer.contains(",") ? 2 : 1);
        String chosen = "model.mixer=" + mixer;
        Path straight = directory.resolve("straight");
        Outcome two = train("local[2]", straight, chosen, blocks);
        Path stopped = directory.resolve("stopped");
        train("local[1]", stopped, chosen, blocks, "run.stop-after-rounds=3").json();
        assertThat(train("local[1]", stopped, chosen, blocks).theta()).isEqualTo(two.theta());
        Outcome text = hyena("none", "generate", "run.dir=" + straight, "generate.prompt=alpha", "generate.tokens=50");
        assertThat(text.code()).as(text.messages()).isZero();
        assertThat(text.results().length()).isGreaterThan("alpha".length());
    }
}
