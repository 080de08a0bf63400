package io.github.hyenaspark.jobs.train;

import static io.github.hyenaspark.jobs.testing.SmallRun.hyena;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.hyenaspark.jobs.testing.SmallRun;
import io.github.hyenaspark.jobs.testing.SmallRun.Outcome;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Every mixer in the rounds of training, and in text. */
@Tag("process")
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

    private static Outcome train(String master, Path run, List<String> more) {
        List<String> arguments = new ArrayList<>(List.of("data.dataset=" + dataset, "run.dir=" + run));
        arguments.addAll(more);
        return hyena(master, "train", arguments.toArray(String[]::new));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "model.mixer=h3",
                "model.mixer=gru",
                "model.mixer=[lstm,conv] model.n-layer=2",
                "model.mixer=[hyena-se,hyena-mr] model.n-layer=3 model.hyena-mr.group=2",
                "model.mixer=[hyena,attention] model.n-layer=2 model.attention.heads=2 model.positions=learned",
                "model.filter.kind=state-space"
            })
    void roundsGiveTheSameBitsOnOneCoreOnTwoAndAfterAStop(String settings) throws IOException {
        assertRounds(settings);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "model.mixer=hyena",
                "model.mixer=attention",
                "model.mixer=rnn",
                "model.mixer=lstm",
                "model.mixer=conv",
                "model.filter.kind=explicit",
                "model.filter.kind=fourier",
                "model.filter.kind=ckconv"
            })
    @Tag("endurance")
    void roundsOfEveryOtherMixerGiveTheSameBits(String settings) throws IOException {
        assertRounds(settings);
    }

    private void assertRounds(String settings) throws IOException {
        List<String> model = List.of(settings.split(" "));
        Path straight = directory.resolve("straight");
        Outcome two = train("local[2]", straight, model);
        Path stopped = directory.resolve("stopped");
        List<String> half = new ArrayList<>(model);
        half.add("run.stop-after-rounds=3");
        train("local[1]", stopped, half).json();
        assertThat(train("local[1]", stopped, model).theta()).isEqualTo(two.theta());
        double[] losses = SmallRun.journal(straight).stream()
                .mapToDouble(round -> round.get("loss").doubleValue())
                .toArray();
        assertThat(losses).hasSize(6);
        assertThat(losses[5]).isLessThan(losses[0]);
        Outcome text = SmallRun.bare(
                "none", List.of("generate", "run.dir=" + straight, "generate.prompt=alpha", "generate.tokens=50"));
        assertThat(text.code()).as(text.messages()).isZero();
        assertThat(text.results().length()).isGreaterThan("alpha".length());
    }
}
