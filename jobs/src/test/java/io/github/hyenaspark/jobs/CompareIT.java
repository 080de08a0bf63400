package io.github.hyenaspark.jobs;

import static io.github.hyenaspark.jobs.SmallRun.hyena;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.hyenaspark.io.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CompareIT {
    @TempDir
    Path directory;

    private String dataset = "";

    @BeforeEach
    void prepare() throws IOException {
        dataset = SmallRun.prepare(directory);
    }

    private SmallRun.Outcome compare(String... more) {
        List<String> arguments = new ArrayList<>(List.of(
                "data.dataset=" + dataset,
                "compare.dir=" + directory.resolve("comparison"),
                "compare.mixers=[gru,hyena]",
                "compare.lengths=[64,128]",
                "compare.speed-lengths=[64,128]",
                "model.l-max=128"));
        arguments.addAll(List.of(more));
        return hyena("local[2]", "compare", arguments.toArray(String[]::new));
    }

    private static Map<String, FileTime> changed(Path comparison) throws IOException {
        Map<String, FileTime> times = new TreeMap<>();
        try (Stream<Path> files = Files.walk(comparison)) {
            for (Path file : files.filter(path -> path.toString().contains("manifest")
                            || path.toString().contains("speed"))
                    .toList()) {
                times.put(file.toString(), Files.getLastModifiedTime(file));
            }
        }
        return times;
    }

    @Test
    void everyCellIsTrainedOnTheSameTokensAndDoneOnce() throws IOException {
        JsonNode result = compare().json();
        assertThat(result.get("cells").intValue()).isEqualTo(4);
        JsonNode figures = Json.parse(
                "the figures", Files.readAllBytes(Path.of(result.get("figures").textValue())));
        long tokens = 0;
        for (JsonNode cell : figures.get("cells")) {
            Path run = Path.of(cell.get("run").textValue());
            assertThat(run.getFileName())
                    .hasToString(cell.get("mixer").textValue() + "-"
                            + cell.get("length").intValue());
            JsonNode curve = cell.get("curve");
            JsonNode last = curve.get(curve.size() - 1);
            tokens = tokens == 0 ? last.get("tokens").longValue() : tokens;
            assertThat(last.get("tokens").longValue()).isEqualTo(tokens);
            assertThat(cell.get("batch").intValue() * cell.get("length").intValue())
                    .isEqualTo(2 * 128);
            assertThat(cell.get("loss").doubleValue()).isPositive();
        }
        assertThat(figures.get("speeds")).hasSize(4);
        assertThat(figures.get("speeds"))
                .allSatisfy(speed ->
                        assertThat(speed.get("tokens_per_second").doubleValue()).isPositive());
        String page = Files.readString(Path.of(result.get("page").textValue()));
        assertThat(figures.get("findings")).hasSize(3);
        assertThat(figures.get("findings"))
                .allSatisfy(finding -> assertThat(page).contains(finding.textValue()));

        Map<String, FileTime> before = changed(directory.resolve("comparison"));
        assertThat(before).hasSizeGreaterThan(8);
        compare().json();
        assertThat(changed(directory.resolve("comparison"))).isEqualTo(before);
    }

    @Test
    void aLengthThatDividesNoStepIsRefused() {
        SmallRun.Outcome outcome = compare("compare.lengths=[100]");
        assertThat(outcome.code()).isEqualTo(2);
        assertThat(outcome.messages())
                .contains("compare.lengths: found 100, expected a divisor of 256, the tokens of a step"
                        + " (train.batch-size times model.l-max)");
    }
}
