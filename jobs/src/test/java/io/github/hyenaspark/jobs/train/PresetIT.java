package io.github.hyenaspark.jobs.train;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.hyenaspark.jobs.docs.ConfTest;
import io.github.hyenaspark.jobs.testing.SmallRun;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** The settings that come with the project, by the commands that need no data; {@link ConfTest} reads them. */
@Tag("process")
class PresetIT {
    private static final Path CONF = Path.of(System.getProperty("basedir", "."), "..", "conf");

    static List<Path> files() throws IOException {
        return ConfTest.files();
    }

    @ParameterizedTest
    @MethodSource("files")
    void theMemoryOfEveryPresetIsTold(Path file) throws IOException {
        JsonNode needed = SmallRun.bare("none", List.of("inspect", "memory", "--json", file.toString()))
                .json();
        assertThat(needed.get("parameters").longValue()).isPositive();
        assertThat(needed.get("spark_submit")).hasSize(5);
    }

    @ParameterizedTest
    @CsvSource({
        "quickstart.conf, 256, 955136",
        "ecoli.conf, 12, 1397504",
        "pretrain-dna.conf, 12, 89088",
        "hyenadna-6.6m.conf, 12, 6550528",
        "associative-recall.conf, 256, 143872",
        "long-text-64k.conf, 256, 11996928",
    })
    void everyKindOfSmallPresetTakesAStep(String file, int vocabularySize, long parameters) throws IOException {
        assertStep(file, vocabularySize, parameters);
    }

    @ParameterizedTest
    @CsvSource({
        "hyenadna-0.44m.conf, 12, 436096",
        "hyenadna-0.87m.conf, 12, 869888",
        "hyenadna-1.6m.conf, 12, 1641088",
        "hyenadna-3.3m.conf, 12, 3277568",
    })
    @Tag("endurance")
    void everyOtherSmallPresetTakesAStep(String file, int vocabularySize, long parameters) throws IOException {
        assertStep(file, vocabularySize, parameters);
    }

    /** The model as it is, with all the positions of its filters; a short sequence keeps a step below a second. */
    private static void assertStep(String file, int vocabularySize, long parameters) throws IOException {
        String[] bench = {
            "bench",
            "step",
            CONF.resolve(file).toString(),
            "bench.length=64",
            "bench.batch=1",
            "bench.steps=1",
            "bench.vocab=" + vocabularySize
        };
        JsonNode found = SmallRun.bare("none", List.of(bench)).json();
        assertThat(found.get("parameters").longValue()).isEqualTo(parameters);
        // One batch of random tokens, learned by heart or not: never far above guessing.
        assertThat(found.get("loss").doubleValue()).isBetween(0.0, 1.5 * Math.log(vocabularySize));
    }
}
