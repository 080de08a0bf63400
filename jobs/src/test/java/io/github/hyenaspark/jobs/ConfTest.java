package io.github.hyenaspark.jobs;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.hyenaspark.config.Settings;
import io.github.hyenaspark.data.prepare.DataConfig;
import io.github.hyenaspark.model.ModelConfig;
import io.github.hyenaspark.train.Codec;
import io.github.hyenaspark.train.InnerState;
import io.github.hyenaspark.train.OuterConfig;
import io.github.hyenaspark.train.TrainConfig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The settings that come with the project. */
class ConfTest {
    private static final Path CONF = Path.of(System.getProperty("basedir", "."), "..", "conf");

    static List<Path> files() throws IOException {
        try (Stream<Path> files = Files.list(CONF)) {
            return files.filter(file -> file.toString().endsWith(".conf") && !file.endsWith("spark-defaults.conf"))
                    .sorted()
                    .toList();
        }
    }

    private static TrainConfig train(String file) {
        return Settings.load(List.of(CONF.resolve(file).toString())).bind("train", TrainConfig.class);
    }

    @ParameterizedTest
    @MethodSource("files")
    void everyFileIsUnderstoodWhole(Path file) {
        Settings settings = Settings.load(List.of(file.toString()));
        settings.bind("data", DataConfig.class);
        settings.bind("run", RunConfig.class);
        settings.bind("checkpoint", CheckpointConfig.class);
        settings.bind("train", TrainConfig.class)
                .lengthSchedule()
                .check(settings.bind("model", ModelConfig.class).lMax());
    }

    @Test
    void thePresetsAreWhatTheirNamesSay() {
        assertThat(train("average.conf").outer()).isEqualTo(new OuterConfig(1, 0, 0));
        assertThat(train("average.conf").innerState()).isEqualTo(InnerState.AVERAGE);
        TrainConfig diloco = train("diloco.conf");
        assertThat(diloco.outer()).isEqualTo(new OuterConfig(0.7, 0.9, 0));
        assertThat(diloco.innerState()).isEqualTo(InnerState.LOCAL);
        assertThat(diloco.codec()).isEqualTo(Codec.INT8);
        assertThat(train("quickstart.conf").outer()).isEqualTo(new OuterConfig(1, 0, 0));
        assertThat(train("ecoli.conf").outer())
                .as("the default, which it does not change")
                .isEqualTo(new OuterConfig(1, 0.5, 0));
    }
}
