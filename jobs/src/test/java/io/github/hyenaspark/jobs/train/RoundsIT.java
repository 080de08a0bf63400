package io.github.hyenaspark.jobs.train;

import static io.github.hyenaspark.jobs.testing.SmallRun.hyena;
import static io.github.hyenaspark.jobs.testing.SmallRun.journal;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.hyenaspark.io.Safetensors;
import io.github.hyenaspark.jobs.testing.SmallRun;
import io.github.hyenaspark.jobs.testing.SmallRun.Outcome;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Every setting of the rounds changes the recorded round as it says; no other one changes a bit. */
@Tag("process")
class RoundsIT {
    @TempDir
    static Path shared;

    @TempDir
    Path directory;

    private static String dataset;
    private static JsonNode plain;

    @BeforeAll
    static void prepareAndTrainOnce() throws IOException {
        dataset = SmallRun.prepare(shared);
        plain = train(shared.resolve("plain")).json();
    }

    private static Outcome train(Path run, String... more) {
        return trainOn("local[2]", run, more);
    }

    private static Outcome trainOn(String master, Path run, String... more) {
        List<String> arguments = new ArrayList<>(List.of("data.dataset=" + dataset, "run.dir=" + run));
        arguments.addAll(List.of(more));
        return hyena(master, "train", arguments.toArray(String[]::new));
    }

    private static long parameters() throws IOException {
        Outcome inspected =
                SmallRun.bare("none", List.of("inspect", shared.resolve("plain").toString(), "--json"));
        return inspected.json().get("parameters").longValue();
    }

    /** Sequences of 32 tokens; the one at the end of the corpus is shorter. */
    private static void assertTrained(JsonNode entry, int sequences) {
        assertThat(entry.get("tokens").intValue()).isBetween(32 * sequences - 31, 32 * sequences);
    }

    private static String theta(JsonNode result) {
        return result.get("theta_sha256").textValue();
    }

    @ParameterizedTest
    @CsvSource({"fp32, 4, 8", "bf16, 2, 4", "int8, 1.01, 4", "int4, 0.51, 4"})
    void aCodecDecidesTheBytesThatGoUp(String codec, double mostUp, double moments) throws IOException {
        JsonNode end = train(directory, "train.codec=" + codec).json();
        double workers = 2.0 * parameters();
        JsonNode last = journal(directory).get(5);
        assertThat(last.get("bytes_up").longValue() / workers).isBetween(0.95 * mostUp, mostUp + 0.01);
        assertThat(last.get("bytes_down").longValue() / workers).isEqualTo(4);
        assertThat(last.get("moment_bytes_up").longValue() / workers).isEqualTo(moments);
        assertThat(last.get("moment_bytes_down").longValue() / workers).isEqualTo(moments);
        if (codec.equals("fp32")) {
            assertThat(theta(end)).isEqualTo(theta(plain));
        } else {
            assertThat(theta(end)).isNotEqualTo(theta(plain));
            double loss = plain.get("held_out_loss").doubleValue();
            assertThat(end.get("held_out_loss").doubleValue()).isBetween(0.97 * loss, 1.03 * loss);
        }
    }

    /** All parameters come down at first, then what changed. */
    @ParameterizedTest
    @CsvSource({"bf16, 2", "int8, 1.01"})
    void aDownCodecDecidesTheBytesThatGoDown(String codec, double mostDown) throws IOException {
        JsonNode end = train(directory, "train.down-codec=" + codec).json();
        double workers = 2.0 * parameters();
        List<Double> down = journal(directory).stream()
                .map(entry -> entry.get("bytes_down").longValue() / workers)
                .toList();
        assertThat(down.get(0)).isEqualTo(4);
        assertThat(down.subList(1, down.size()))
                .allSatisfy(bytes -> assertThat(bytes).isBetween(0.95 * mostDown, mostDown + 0.01));
        assertThat(theta(end)).isNotEqualTo(theta(plain));
        double loss = plain.get("held_out_loss").doubleValue();
        assertThat(end.get("held_out_loss").doubleValue()).isBetween(0.97 * loss, 1.03 * loss);
    }

    @ParameterizedTest
    @ValueSource(strings = {"local", "reset"})
    void momentsThatAreNotAveragedDoNotTravel(String innerState) throws IOException {
        JsonNode end = train(directory, "train.inner-state=" + innerState).json();
        assertThat(theta(end)).isNotEqualTo(theta(plain));
        JsonNode last = journal(directory).get(5);
        assertThat(last.get("moment_bytes_up").longValue()).isZero();
        assertThat(last.get("moment_bytes_down").longValue()).isZero();
        Set<String> kept = tensorsOfWorkers(directory);
        assertThat(kept).isEqualTo(innerState.equals("local") ? Set.of("first-moment", "second-moment") : Set.of());
    }

    @Test
    void secondMomentsMayBeTheMeanOfTheWorkers() throws IOException {
        String setting = "train.second-moment=workers";
        JsonNode end = train(directory.resolve("two"), setting).json();
        assertThat(theta(end)).isNotEqualTo(theta(plain));
        double loss = plain.get("held_out_loss").doubleValue();
        assertThat(end.get("held_out_loss").doubleValue()).isBetween(0.97 * loss, 1.03 * loss);

        String alone =
                theta(train(directory.resolve("alone"), "train.workers=1").json());
        assertThat(theta(train(directory.resolve("one"), "train.workers=1", setting)
                        .json()))
                .isEqualTo(alone);
    }

    private static Set<String> tensorsOfWorkers(Path run) throws IOException {
        Set<String> names = new TreeSet<>();
        try (Stream<Path> files = Files.walk(run.resolve("data"))) {
            for (Path file : files.filter(f -> f.getFileName().toString().startsWith("worker-"))
                    .toList()) {
                try (InputStream in = Files.newInputStream(file)) {
                    Safetensors.read(file.toString(), in, Files.size(file))
                            .tensors()
                            .forEach(t -> names.add(t.name()));
                }
            }
        }
        return names;
    }

    /** With all that is kept with the workers, which a resume must find again. */
    @ParameterizedTest
    @CsvSource({"local, int4, bf16"})
    @Tag("fault-16")
    void aStoppedRunGoesOnToTheSameBits(String innerState, String codec, String down) throws IOException {
        stopAndGoOn(innerState, codec, down);
    }

    @ParameterizedTest
    @CsvSource({
        "reset, fp32, int8",
        "local, fp32, fp32",
        "average, int4, fp32",
        "local, int8, fp32",
        "average, bf16, int8"
    })
    @Tag("endurance")
    @Tag("fault-16")
    void aStoppedRunOfOtherSettingsGoesOnToTheSameBits(String innerState, String codec, String down)
            throws IOException {
        stopAndGoOn(innerState, codec, down);
    }

    private void stopAndGoOn(String innerState, String codec, String down) throws IOException {
        String[] settings = {"train.inner-state=" + innerState, "train.codec=" + codec, "train.down-codec=" + down};
        String straight = theta(train(directory.resolve("straight"), settings).json());
        for (int stop : new int[] {1, 3, 4}) {
            List<String> more = new ArrayList<>(List.of(settings));
            more.add("run.stop-after-rounds=" + stop);
            trainOn("local[1]", directory.resolve("halted"), more.toArray(String[]::new))
                    .json();
        }
        assertThat(theta(train(directory.resolve("halted"), settings).json())).isEqualTo(straight);
    }

    @ParameterizedTest
    @CsvSource({"local, int4, int8, workers", "average, int8, int8, mean-gradient"})
    @Tag("fault-6")
    void executorsAverageToTheBitsOfTheDriver(String innerState, String codec, String down, String secondMoment)
            throws IOException {
        averageAtBothSites(innerState, codec, down, secondMoment);
    }

    @ParameterizedTest
    @CsvSource({
        "average, bf16, bf16, workers",
        "average, fp32, fp32, workers",
        "reset, int8, fp32, workers",
        "average, fp32, fp32, mean-gradient"
    })
    @Tag("endurance")
    @Tag("fault-6")
    void executorsAverageOtherSettingsToTheBitsOfTheDriver(
            String innerState, String codec, String down, String secondMoment) throws IOException {
        averageAtBothSites(innerState, codec, down, secondMoment);
    }

    private void averageAtBothSites(String innerState, String codec, String down, String secondMoment)
            throws IOException {
        List<String> settings = List.of(
                "train.inner-state=" + innerState,
                "train.codec=" + codec,
                "train.down-codec=" + down,
                "train.second-moment=" + secondMoment);
        List<String> thetas = new ArrayList<>();
        for (String place : List.of("driver", "executors")) {
            List<String> more = new ArrayList<>(settings);
            more.addAll(List.of("train.workers=3", "run.merge=" + place));
            thetas.add(theta(
                    train(directory.resolve(place), more.toArray(String[]::new)).json()));
        }
        assertThat(thetas.get(1)).isEqualTo(thetas.get(0));
    }

    @Test
    void executorsOfTheirOwnAverageToTheSameBits() throws IOException {
        JsonNode end = trainOn("local-cluster[2,1,512]", directory, "run.merge=executors")
                .json();
        assertThat(theta(end)).isEqualTo(theta(plain));
    }

    /** The second of them may come late, and then has nothing that an update could change. */
    @Test
    void executorsOfTheirOwnMakeTheSameBitsOfUpdates() throws IOException {
        String here =
                theta(train(directory.resolve("here"), "train.down-codec=int8").json());
        JsonNode end = trainOn("local-cluster[2,1,512]", directory.resolve("there"), "train.down-codec=int8")
                .json();
        assertThat(theta(end)).isEqualTo(here);
    }

    @Test
    void theFirstRoundsMayHaveFewerLocalSteps() throws IOException {
        train(directory, "train.step-phases=[{rounds = 2, local-steps = 1}]").json();
        assertThat(journal(directory))
                .extracting(entry -> entry.get("worker_steps").toString())
                .containsExactly("[1,1]", "[1,1]", "[2,2]", "[2,2]", "[2,2]", "[2,2]");
        assertThat(journal(directory))
                .extracting(entry -> entry.get("steps").longValue())
                .containsExactly(1L, 2L, 4L, 6L, 8L, 10L);
        assertTrained(journal(directory).get(5), 2 * 2 * 10);
    }

    @Test
    void theOuterRateWarmsUp() throws IOException {
        JsonNode end = train(directory, "train.outer.warmup-rounds=4").json();
        assertThat(journal(directory))
                .extracting(entry -> entry.get("outer_lr").doubleValue())
                .containsExactly(0.25, 0.5, 0.75, 1.0, 1.0, 1.0);
        assertThat(journal(directory).get(0).get("update_norm").doubleValue())
                .isLessThan(0.3
                        * journal(shared.resolve("plain"))
                                .get(0)
                                .get("update_norm")
                                .doubleValue());
        assertThat(theta(end)).isNotEqualTo(theta(plain));
    }

    @Test
    void theLengthDoublesAndTheTokensOfAStepStay() throws IOException {
        JsonNode end = train(directory, "train.length-schedule.start=8", "train.length-schedule.every-rounds=2")
                .json();
        assertThat(theta(end)).isNotEqualTo(theta(plain));
        assertThat(journal(directory))
                .extracting(entry -> entry.get("length").intValue())
                .containsExactly(8, 8, 16, 16, 32, 32);
        assertThat(journal(directory))
                .extracting(entry -> entry.get("tokens").longValue())
                .containsExactlyElementsOf(journal(shared.resolve("plain")).stream()
                        .map(entry -> entry.get("tokens").longValue())
                        .toList());
        Outcome refused = train(directory.resolve("other"), "train.length-schedule.start=12");
        assertThat(refused.code()).isEqualTo(2);
        assertThat(refused.messages())
                .contains("train.length-schedule.start must be model.l-max = 32 divided by a power of two, found 12");
    }

    /** So little time that every worker does one step; then the same again, told to do as many. */
    @Test
    void aDeadlineEndsTheWorkOfAWorkerAndTheRunCanBeDoneAgain() throws IOException {
        String[] deadline = {"train.mode=deadline", "train.deadline.seconds=1e-6", "train.deadline.quorum=1"};
        JsonNode end = train(directory.resolve("first"), deadline).json();
        List<JsonNode> journal = journal(directory.resolve("first"));
        assertThat(journal)
                .extracting(entry -> entry.get("worker_steps").toString())
                .containsOnly("[1,1]");
        assertTrained(journal.get(5), 2 * 2 * 6);
        String[] again = {
            "train.mode=deadline",
            "train.deadline.seconds=1e-6",
            "train.deadline.quorum=1",
            "run.replay=" + directory.resolve("first/journal.jsonl")
        };
        assertThat(theta(train(directory.resolve("second"), again).json())).isEqualTo(theta(end));
    }

    @Test
    void aDeadlineThatNobodyMissesChangesNothing() throws IOException {
        JsonNode end = train(directory, "train.mode=deadline", "train.deadline.quorum=1")
                .json();
        assertThat(theta(end)).isEqualTo(theta(plain));
    }

    @Test
    void aRoundNeedsNoMoreThanItsQuorum() throws IOException {
        // one core: the second worker cannot begin before the first has ended, and nobody waits for it;
        // a driver that is slow to see the first may find both
        JsonNode end = trainOn(
                        "local[1]",
                        directory,
                        "train.mode=deadline",
                        "train.deadline.quorum=0.5",
                        "train.deadline.grace-seconds=0")
                .json();
        List<JsonNode> journal = journal(directory);
        assertThat(journal).hasSize(6).anyMatch(entry -> results(entry) == 1);
        int results = journal.stream().mapToInt(RoundsIT::results).sum();
        assertTrained(end, 4 * results);
        String[] again = {"train.mode=deadline", "train.deadline.quorum=0.5", "train.deadline.grace-seconds=0"};
        List<String> replay = new ArrayList<>(List.of(again));
        replay.add("run.replay=" + directory.resolve("journal.jsonl"));
        assertThat(theta(train(directory.resolve("again"), replay.toArray(String[]::new))
                        .json()))
                .isEqualTo(theta(end));
    }

    /** How many workers' results count in a line of the journal. */
    private static int results(JsonNode entry) {
        int results = 0;
        for (JsonNode place : entry.get("executors")) {
            results += place.isNull() ? 0 : 1;
        }
        return results;
    }

    @Test
    void checkpointsInTheForegroundAreTheSame() throws IOException {
        JsonNode end = train(directory, "checkpoint.async=false").json();
        assertThat(theta(end)).isEqualTo(theta(plain));
        assertThat(journal(directory)).hasSize(6);
    }
}
