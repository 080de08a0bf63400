package io.github.hyenaspark.jobs.compare;

import static io.github.hyenaspark.jobs.testing.SmallRun.hyena;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.hyenaspark.io.Json;
import io.github.hyenaspark.jobs.testing.SmallRun;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@Tag("process")
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

    private JsonNode figures(JsonNode result) throws IOException {
        return Json.parse(
                "the figures", Files.readAllBytes(Path.of(result.get("figures").textValue())));
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
    void aMixerThatCannotBeIsRefusedBeforeAnotherIsTrained() {
        SmallRun.Outcome outcome = hyena(
                "no-such-master",
                "compare",
                "data.dataset=" + dataset,
                "compare.dir=" + directory.resolve("comparison"),
                "compare.mixers=[gru,attention]",
                "compare.lengths=[64]",
                "model.attention.heads=3");
        assertThat(outcome.code()).as(outcome.messages()).isEqualTo(2);
        assertThat(outcome.messages()).contains("attention.heads: found 3, expected a divisor of d-model 16");
        assertThat(directory.resolve("comparison")).doesNotExist();
    }

    /** A document has 2,000 to 3,000 bytes. */
    @Test
    void aLengthThatCannotBeIsRefusedBeforeAShorterOneIsTrained() {
        String[] single = {"compare.lengths=[64,8192]", "model.l-max=8192", "data.packing=single"};
        SmallRun.Outcome packed = compare(single);
        assertThat(packed.code()).as(packed.messages()).isEqualTo(2);
        assertThat(packed.messages()).contains("model.l-max: found 8192, expected at most ");
        SmallRun.Outcome schedule = compare("compare.lengths=[128,64]", "train.length-schedule.start=128");
        assertThat(schedule.code()).as(schedule.messages()).isEqualTo(2);
        assertThat(schedule.messages()).contains("train.length-schedule.start must be model.l-max = 64");
        SmallRun.Outcome large = compare("compare.lengths=[64,128]", "model.l-max=128", "train.batch-size=4000000");
        assertThat(large.code()).as(large.messages()).isEqualTo(2);
        assertThat(large.messages()).contains("train.batch-size");
        assertThat(directory.resolve("comparison")).doesNotExist();
    }

    @Test
    void everyCellIsTrainedOnTheSameTokensAndDoneOnce() throws IOException {
        JsonNode result = compare().json();
        assertThat(result.get("cells").intValue()).isEqualTo(4);
        JsonNode figures = figures(result);
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
        assertThat(figures.get("speeds")).allSatisfy(speed -> {
            assertThat(speed.get("tokens_per_second").doubleValue()).isPositive();
            assertThat(speed.get("memory_mib").doubleValue()).isPositive();
        });
        String page = Files.readString(Path.of(result.get("page").textValue()));
        assertThat(figures.get("findings")).hasSize(5);
        for (JsonNode cell : figures.get("cells")) {
            assertThat(page).contains("href=\"" + cell.get("report").textValue() + "\"");
            assertThat(directory
                            .resolve("comparison")
                            .resolve(cell.get("report").textValue()))
                    .exists();
            assertThat(cell.get("seed").longValue()).isEqualTo(1);
            assertThat(cell.get("parameters").longValue()).isPositive();
        }
        assertThat(figures.get("findings"))
                .allSatisfy(finding -> assertThat(page).contains(finding.textValue()));

        Map<String, FileTime> before = changed(directory.resolve("comparison"));
        assertThat(before).hasSizeGreaterThan(8);
        Files.writeString(directory.resolve("corpus/later.txt"), "a document that came after the first start");
        hyena("local[2]", "prepare", "data.input=" + directory.resolve("corpus"), "data.dataset=" + dataset)
                .json();
        assertThat(Path.of(dataset, "snapshots", "00000002.json")).exists();
        compare().json();
        assertThat(changed(directory.resolve("comparison"))).isEqualTo(before);
        compare("compare.mixers=[conv]", "compare.lengths=[64]", "compare.speed-lengths=[]")
                .json();
        String later = directory.resolve("comparison/conv-64").toString();
        JsonNode settings = SmallRun.bare("local[1]", List.of("inspect", later, "--json"))
                .json()
                .get("settings");
        assertThat(settings.at("/data/snapshot").textValue()).isEqualTo("1");
        String other = directory.resolve("other").toString();
        hyena("local[2]", "prepare", "data.input=" + directory.resolve("corpus"), "data.dataset=" + other)
                .json();
        SmallRun.Outcome mixed = compare("data.dataset=" + other);
        assertThat(mixed.code()).as(mixed.messages()).isEqualTo(2);
        assertThat(mixed.messages()).contains("a comparison on another dataset than " + other);
    }

    @Test
    void ofSeveralRatesTheBestCountsAndAllAreShown() throws IOException {
        JsonNode figures = figures(compare(
                        "compare.mixers=[gru]",
                        "compare.lengths=[128]",
                        "compare.speed-lengths=[]",
                        "compare.rates=[0.0001,0.005]",
                        "train.filter-lr=0.001")
                .json());
        assertThat(figures.get("cells"))
                .extracting(cell -> cell.get("lr").doubleValue())
                .containsExactly(0.0001, 0.005);
        double best = Math.min(
                figures.get("cells").get(0).get("loss").doubleValue(),
                figures.get("cells").get(1).get("loss").doubleValue());
        assertThat(figures.get("findings").get(0).textValue())
                .isEqualTo(String.format(
                        Locale.ROOT,
                        "At length 128, after the same tokens, the held-out losses in nats per token, each at the best of"
                                + " its learning rates, are gru %.4f (%,d parameters).",
                        best,
                        figures.get("cells").get(0).get("parameters").longValue()));
        String run = figures.get("cells").get(1).get("run").textValue();
        JsonNode settings = SmallRun.bare("local[1]", List.of("inspect", run, "--json"))
                .json()
                .get("settings");
        assertThat(settings.at("/train/lr").doubleValue()).isEqualTo(0.005);
        assertThat(settings.at("/train/filter-lr").doubleValue()).isEqualTo(0.001 * (0.005 / 0.01));
    }

    @Test
    void aRateThatDivergesIsLeftOutUnlessNoOtherIsLeft() throws IOException {
        String[] mixer = {"compare.mixers=[gru]", "compare.lengths=[128]", "compare.speed-lengths=[]"};
        JsonNode cells = figures(
                        compare(with(mixer, "compare.rates=[1e30,0.005]")).json())
                .get("cells");
        assertThat(cells.get(0).get("diverged").booleanValue()).isTrue();
        assertThat(cells.get(0).has("loss")).isFalse();
        assertThat(cells.get(1).get("loss").doubleValue()).isPositive();
        SmallRun.Outcome none = compare(with(mixer, "compare.rates=[1e30,2e30]"));
        assertThat(none.code()).as(none.messages()).isEqualTo(4);
    }

    /** A longer run is another one than its plan, once its decay has begun. */
    @Test
    @Tag("process")
    void aCellIsNotChangedByOtherSettings() throws IOException {
        String[] cell = {"compare.mixers=[gru]", "compare.lengths=[128]", "compare.speed-lengths=[]"};
        compare(cell).json();
        SmallRun.Outcome longer = compare(with(cell, "train.rounds=9"));
        assertThat(longer.code()).isEqualTo(2);
        assertThat(longer.messages()).contains("gru-128 was trained with other settings: [train.rounds was 6 and is 9");
    }

    @Test
    @Tag("endurance")
    void inEqualTimeTheFasterMixerHasMoreRounds() throws IOException {
        JsonNode figures = figures(compare(
                        "compare.mixers=[attention,lstm]",
                        "compare.lengths=[128]",
                        "compare.speed-lengths=[]",
                        "compare.equal=time",
                        "train.rounds=8")
                .json());
        JsonNode speeds = figures.get("speeds");
        assertThat(speeds).extracting(speed -> speed.get("mixer").textValue()).containsExactly("attention", "lstm");
        double faster = speeds.get(1).get("tokens_per_second").doubleValue()
                / speeds.get(0).get("tokens_per_second").doubleValue();
        long expected = Math.max(1, Math.round(8 * faster));
        assertThat(figures.get("cells").get(0).get("curve")).hasSize(8);
        assertThat(figures.get("cells").get(1).get("curve")).hasSize(Math.toIntExact(expected));
        assertThat(figures.get("findings").get(0).textValue()).contains("after the same time");
    }

    @Test
    void aTaskHasExamplesOfEveryLengthAndTheShareOfRightAnswersIsDrawn() throws IOException {
        dataset = "";
        JsonNode result = compare(
                        "data.input=task:majority",
                        "task.vocabulary=5",
                        "task.examples=100",
                        "task.validation-examples=20",
                        "compare.mixers=[gru,conv]",
                        "compare.lengths=[7,15]",
                        "compare.speed-lengths=[]")
                .json();
        JsonNode figures = figures(result);
        assertThat(figures.get("cells")).hasSize(4).allSatisfy(cell -> {
            assertThat(cell.get("last_token_accuracy").doubleValue()).isBetween(0.0, 1.0);
            assertThat(cell.get("batch").intValue()).isEqualTo(2);
        });
        assertThat(Files.readString(Path.of(result.get("page").textValue())))
                .contains("Share of last tokens that are right")
                .contains("<img");
        assertThat(Files.readString(directory.resolve("comparison/task-15/task/task.json")))
                .contains("\"length\" : 15");
    }

    @Test
    void withoutLengthsThereIsNothingToDo() {
        SmallRun.Outcome neither = compare("compare.lengths=[]", "compare.speed-lengths=[]");
        assertThat(neither.code()).isEqualTo(2);
        assertThat(neither.messages()).contains("expected a mixer and a length");
    }

    @Test
    @Tag("endurance")
    void stepsOfAnotherShapeAreMeasuredAnewAndThoseOfTheSameAreNot() throws IOException {
        String[] small = {"compare.mixers=[gru]", "compare.lengths=[]", "compare.speed-lengths=[16]"};
        JsonNode first = onlySpeed(small);
        assertThat(onlySpeed(with(small, "model.d-model=32")).get("parameters").longValue())
                .isGreaterThan(first.get("parameters").longValue());
        onlySpeed(with(small, "train.threads=2"));
        assertThat(directory.resolve("comparison/speed").toFile().list()).hasSize(3);
        assertThat(onlySpeed(with(small, "train.rounds=7"))).isEqualTo(first);
    }

    /** Without lengths to train at, only steps are measured. */
    private JsonNode onlySpeed(String... settings) throws IOException {
        JsonNode result = compare(settings).json();
        assertThat(result.get("cells").intValue()).isZero();
        assertThat(Files.readString(Path.of(result.get("page").textValue()))).contains("Comparison of gru");
        JsonNode speeds = figures(result).get("speeds");
        assertThat(speeds).hasSize(1);
        return speeds.get(0);
    }

    private static String[] with(String[] settings, String more) {
        return Stream.concat(Stream.of(settings), Stream.of(more)).toArray(String[]::new);
    }

    @Test
    void whatIsOfOneTrainingIsRefused() {
        SmallRun.Outcome early = compare("run.stop-after-rounds=2");
        assertThat(early.code()).isEqualTo(2);
        assertThat(early.messages())
                .contains("run.stop-after-rounds: found 2, expected 0, since compare trains every cell to its end");
        SmallRun.Outcome uneven = compare("train.mode=deadline");
        assertThat(uneven.code()).isEqualTo(2);
        assertThat(uneven.messages())
                .contains("train.mode: found deadline, expected sync: by a deadline a slower mixer trains on");
        SmallRun.Outcome dry = compare("run.dry-run=true");
        assertThat(dry.code()).isEqualTo(2);
        assertThat(dry.messages()).contains("run.dry-run: found true, expected false, since compare needs what it");
        assertThat(directory.resolve("comparison")).doesNotExist();
    }

    @Test
    void aTaskAndADatasetAreNotTakenTogether() {
        SmallRun.Outcome outcome = compare("data.input=task:majority");
        assertThat(outcome.code()).isEqualTo(2);
        assertThat(outcome.messages()).contains("beside data.input=task:majority, expected only one of them");
    }

    @Test
    void aDatasetThatHoldsNothingOutIsRefused() throws IOException {
        dataset = directory.resolve("whole").toString();
        hyena(
                        "local[2]",
                        "prepare",
                        "data.input=" + directory.resolve("corpus"),
                        "data.dataset=" + dataset,
                        "data.validation-documents=[]",
                        "data.validation-fraction=0")
                .json();
        SmallRun.Outcome outcome = compare();
        assertThat(outcome.code()).isEqualTo(2);
        assertThat(outcome.messages()).contains("data.dataset: found no held-out document in " + dataset);
        assertThat(directory.resolve("comparison")).doesNotExist();
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
