package io.github.hyenaspark.jobs.docs;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import io.github.hyenaspark.config.Settings;
import io.github.hyenaspark.data.prepare.DataConfig;
import io.github.hyenaspark.data.token.Tokenizer;
import io.github.hyenaspark.io.Json;
import io.github.hyenaspark.jobs.inspect.MemoryJob;
import io.github.hyenaspark.jobs.train.RunConfig;
import io.github.hyenaspark.jobs.train.TrainSettings;
import io.github.hyenaspark.model.HyenaLanguageModel;
import io.github.hyenaspark.model.ModelConfig;
import io.github.hyenaspark.model.ParameterEntry;
import io.github.hyenaspark.train.codec.Codec;
import io.github.hyenaspark.train.config.TrainConfig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The settings that come with the project. */
public class ConfTest {
    private static final Path CONF = Path.of(System.getProperty("basedir", "."), "..", "conf");

    public static List<Path> files() throws IOException {
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
        settings.bind("checkpoint", TrainSettings.CheckpointConfig.class);
        settings.bind("train", TrainConfig.class)
                .lengthSchedule()
                .check(settings.bind("model", ModelConfig.class).lMax());
    }

    /** A file alone is enough for it, too. */
    @ParameterizedTest
    @MethodSource("files")
    void everyFileCanBeTrainedWithAdamw(Path file) {
        Settings settings = Settings.load(List.of(file.toString(), "train.optimizer=adamw"));
        assertThat(settings.bind("train", TrainConfig.class).optimizer()).isEqualTo(TrainConfig.Optimizer.ADAMW);
    }

    /** So that no default that changes makes them another model or training. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "associative-recall.conf",
                "hyena-153m.conf",
                "hyena-355m.conf",
                "hyenadna-0.44m.conf",
                "hyenadna-0.87m.conf",
                "hyenadna-1.6m.conf",
                "hyenadna-3.3m.conf",
                "hyenadna-6.6m.conf",
                "wikitext103-125m.conf"
            })
    void aPublishedModelNamesWhatMakesIt(String file) {
        Config named = ConfigFactory.parseFile(CONF.resolve(file).toFile());
        assertThat(List.of("model.mixer", "train.optimizer", "train.betas", "train.schedule"))
                .allMatch(named::hasPath);
    }

    @Test
    void theManualSaysHowManyRoundsAKilledDriverLosesByDefault() throws IOException {
        TrainSettings.CheckpointConfig checkpoint =
                Settings.load(List.of()).bind("checkpoint", TrainSettings.CheckpointConfig.class);
        assertThat(Files.readString(CONF.resolve("../docs/operation.md")).replace('\n', ' '))
                .contains("the round in progress and at most `checkpoint.every-rounds` (" + checkpoint.everyRounds()
                        + ") finished rounds");
    }

    /**
     * Published: 153 million and the sizes of HyenaDNA. The others follow from the sizes by the formulas of the paper.
     */
    @ParameterizedTest
    @CsvSource({
        "hyena-153m.conf, 50257, 153700416",
        "hyena-355m.conf, 50257, 359519488",
        "wikitext103-125m.conf, 50257, 137138304",
        "hyenadna-0.44m.conf, 12, 436096",
        "hyenadna-0.87m.conf, 12, 869888",
        "hyenadna-1.6m.conf, 12, 1641088",
        "hyenadna-3.3m.conf, 12, 3277568",
        "hyenadna-6.6m.conf, 12, 6550528",
        "associative-recall.conf, 31, 129536",
        "long-text-64k.conf, 256, 11996928",
    })
    void aModelHasAsManyParametersAsItsFileSays(String file, int vocabularySize, long expected) throws IOException {
        Path path = CONF.resolve(file);
        Settings settings = Settings.load(List.of(path.toString()));
        ModelConfig model = settings.bind("model", ModelConfig.class);
        assertThat(Tokenizer.of(settings.bind("data", DataConfig.class).tokenizer())
                        .vocabularySize())
                .isEqualTo(vocabularySize);
        assertThat(HyenaLanguageModel.tableOf(model, vocabularySize).stream()
                        .mapToLong(ParameterEntry::size)
                        .sum())
                .isEqualTo(expected);
        assertThat(path).content().contains(String.format(Locale.ROOT, "%,d", expected));
    }

    @ParameterizedTest
    @MethodSource("files")
    void theMemoryOfEveryFileIsTold(Path file) throws IOException {
        JsonNode needed = MemoryJob.needed(Settings.load(List.of(file.toString())));
        long heap = needed.at("/executor_mib/heap").longValue();
        long overhead = needed.at("/executor_mib/overhead").longValue();
        long inside = needed.at("/task_mib/parameters_and_gradients").longValue()
                + needed.at("/task_mib/activations").longValue();
        assertThat(heap).isGreaterThan(needed.at("/task_mib/heap").longValue());
        assertThat(overhead).isGreaterThan(inside);
        assertThat(Json.line(needed.get("spark_submit")))
                .contains("--executor-memory " + heap + "m", "spark.executor.memoryOverhead=" + overhead + "m");
    }

    @ParameterizedTest
    @MethodSource("files")
    void everyModelSaysWhatAMillionTokensCost(Path file) throws IOException {
        String text = Files.readString(file);
        Matcher cost = Pattern.compile("(?m)^# Costs about ([\\d,]+) core-seconds per million tokens")
                .matcher(text);
        assertThat(cost.find()).isEqualTo(text.contains("d-model ="));
        if (text.contains("d-model =")) {
            assertThat(Files.readString(CONF.resolve("../docs/sizing.md")))
                    .containsPattern("(?m)^\\| \\["
                            + file.getFileName().toString().replace(".conf", "") + "].*\\| " + cost.group(1) + " ");
        }
    }

    /** Sequences of a step and steps of the run, as published. */
    @ParameterizedTest
    @CsvSource({
        "hyena-153m.conf, 256, 30000",
        "hyena-355m.conf, 256, 30000",
        "wikitext103-125m.conf, 512, 22500",
        "hyenadna-1.6m.conf, 256, 10000",
        "associative-recall.conf, 32, 50000",
    })
    void aStepOfAllWorkersHasThePublishedSequences(String file, int sequences, long steps) {
        TrainConfig train = train(file);
        assertThat(train.workers() * train.batchSize()).isEqualTo(sequences);
        assertThat(train.totalSteps()).isEqualTo(steps);
    }

    @Test
    void thePresetsAreWhatTheirNamesSay() {
        assertThat(train("average.conf").outer()).isEqualTo(new TrainConfig.Outer(1, 0, 0));
        assertThat(train("average.conf").innerState()).isEqualTo(TrainConfig.MomentPolicy.AVERAGE);
        TrainConfig diloco = train("diloco.conf");
        assertThat(diloco.outer()).isEqualTo(new TrainConfig.Outer(0.7, 0.9, 0));
        assertThat(diloco.innerState()).isEqualTo(TrainConfig.MomentPolicy.LOCAL);
        assertThat(diloco.codec()).isEqualTo(Codec.INT8);
        assertThat(train("quickstart.conf").outer()).isEqualTo(new TrainConfig.Outer(1, 0, 0));
        assertThat(train("long-text-64k.conf").outer())
                .as("the default, which it does not change")
                .isEqualTo(new TrainConfig.Outer(1, 0.5, 0));
    }
}
