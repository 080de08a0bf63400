package io.github.hyenaspark.jobs.train;

import static io.github.hyenaspark.jobs.testing.SmallRun.journal;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.hyenaspark.checkpoint.CheckpointManifest;
import io.github.hyenaspark.checkpoint.CheckpointStore;
import io.github.hyenaspark.checkpoint.TrainingProgress.Change;
import io.github.hyenaspark.io.Storage;
import io.github.hyenaspark.jobs.spark.run.TrainedRun;
import io.github.hyenaspark.jobs.testing.HyenaProcess;
import io.github.hyenaspark.jobs.testing.NamedPoint;
import io.github.hyenaspark.jobs.testing.SmallRun;
import io.github.hyenaspark.jobs.testing.SmallRun.Outcome;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.LongStream;
import org.apache.commons.io.FileUtils;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Runs that are resumed by their directory alone, or with changes, and whose drivers are killed meanwhile. */
@Tag("process")
class ResumeIT {
    private static final String LOCAL = "local[2]";

    @TempDir
    static Path shared;

    @TempDir
    Path directory;

    private static String dataset;

    @BeforeAll
    static void prepare() throws IOException {
        dataset = SmallRun.prepare(shared);
    }

    private static Outcome begin(Path run, String... more) {
        List<String> arguments = new ArrayList<>(List.of("data.dataset=" + dataset, "run.dir=" + run));
        arguments.addAll(List.of(more));
        return SmallRun.hyena(LOCAL, "train", arguments.toArray(String[]::new));
    }

    private static List<String> words(Path run, String... changes) {
        List<String> words = new ArrayList<>(List.of("train", "run.dir=" + run));
        words.addAll(List.of(changes));
        return words;
    }

    private static Outcome resume(Path run, String... changes) {
        return SmallRun.bare(LOCAL, words(run, changes));
    }

    private void kill(String at, Path run, String... changes) throws Exception {
        NamedPoint point = NamedPoint.killing(at, directory.resolve("killed-" + at.replaceAll("\\W", "-")));
        Outcome killed = HyenaProcess.on(LOCAL)
                .withDriverAt(point)
                .run(directory, words(run, changes).toArray(String[]::new));
        assertThat(killed.code()).as(killed.messages()).isEqualTo(HyenaProcess.KILLED);
    }

    private static CheckpointManifest newest(Path run) throws IOException {
        return CheckpointStore.open(Storage.local(), run.toString()).manifests().get(0);
    }

    private static void assertSameRounds(Path run, Path expected) throws IOException {
        for (String key : List.of("round", "lr", "theta_sha256")) {
            assertThat(journal(run))
                    .extracting(entry -> entry.get(key))
                    .as(key)
                    .isEqualTo(journal(expected).stream()
                            .map(entry -> entry.get(key))
                            .toList());
        }
    }

    @Test
    void aRunThatIsLengthenedBeforeItsDecayIsTheOneThatWasPlannedSo() throws Exception {
        lengthenBeforeDecay("constant");
    }

    @Test
    @Tag("endurance")
    void aRunOfALinearScheduleIsLengthenedToTheOneThatWasPlannedSo() throws Exception {
        lengthenBeforeDecay("linear");
    }

    private void lengthenBeforeDecay(String schedule) throws Exception {
        Path planned = directory.resolve("planned");
        Path run = directory.resolve("run");
        String[] longer = {"train.rounds=20", "train.schedule=" + schedule, "train.decay-fraction=0.2"};
        begin(planned, longer).json();
        begin(run, "train.rounds=12", "train.schedule=constant").json();
        kill("^round 14 is trained", run, longer); // with no checkpoint since the change but that of the change
        kill("^theta of round 18 is written", run);
        Outcome end = resume(run);
        assertThat(end.theta()).as(end.messages()).isEqualTo(newest(planned).thetaSha256());
        assertSameRounds(run, planned);
        assertThat(newest(run).facts().progress().changes())
                .contains(
                        new Change(13, "train.decay-fraction", "1", "0.2"), new Change(13, "train.rounds", "12", "20"))
                .noneMatch(change -> change.key().startsWith("train.reached"));
        assertThat(journal(run).get(12).get("changes").toString())
                .contains("{\"from_round\":13,\"key\":\"train.rounds\",\"was\":\"12\",\"is\":\"20\"}");
        assertThat(journal(run).stream().filter(entry -> entry.has("changes"))).hasSize(1);
    }

    @Test
    void aRunWhoseDecayHasBegunGoesOnFromTheRateThatItReached() throws Exception {
        Path undisturbed = directory.resolve("undisturbed");
        Path run = directory.resolve("run");
        begin(run, "train.min-lr=1e-3", "run.stop-after-rounds=4").json();
        FileUtils.copyDirectory(run.toFile(), undisturbed.toFile());
        resume(undisturbed, "train.rounds=10", "train.codec=int4", "run.stop-after-rounds=8")
                .json();
        Outcome straight = resume(undisturbed, "train.codec=bf16", "train.clip-norm=0.1", "train.guard.action=drop");
        kill("^round 6 is trained", run, "train.rounds=10", "train.codec=int4");
        resume(run, "run.stop-after-rounds=8").json();
        kill("^round 9 is trained", run, "train.codec=bf16", "train.clip-norm=0.1", "train.guard.action=drop");
        assertThat(resume(run).theta()).isEqualTo(straight.theta());
        assertSameRounds(run, undisturbed);
        List<Double> rates = journal(run).stream()
                .map(entry -> entry.get("lr").doubleValue())
                .toList();
        double reached = rates.get(3);
        assertThat(reached).isBetween(1.1e-3, 9e-3);
        assertThat(rates.subList(3, 10)).isSortedAccordingTo((a, b) -> Double.compare(b, a));
        assertThat(rates.get(4)).as("hardly less in one step of twelve").isGreaterThan(0.95 * reached);
        assertThat(newest(run).facts().progress().changes())
                .extracting(change -> change.fromRound() + " " + change.key())
                .containsExactly(
                        "5 train.codec",
                        "5 train.rounds",
                        "5 train.reached.step",
                        "5 train.reached.fraction",
                        "9 train.clip-norm",
                        "9 train.codec",
                        "9 train.guard.action");
    }

    @Test
    void patienceIsCountedAcrossKillsAndTheBestCheckpointIsKept() throws Exception {
        Path straight = directory.resolve("straight");
        Path run = directory.resolve("run");
        String[] settings = {
            "train.rounds=60",
            "train.schedule=constant",
            "train.lr=0.04",
            "train.filter-lr=0.04",
            "run.validate-every-rounds=1",
            "run.patience=3",
            "checkpoint.every-rounds=4",
            "checkpoint.keep=1",
            "checkpoint.keep-best=true"
        };
        JsonNode ended = begin(straight, settings).json();
        long last = ended.get("round").longValue();
        long best = ended.get("best_round").longValue();
        assertThat(ended.get("stopped_early").booleanValue()).isTrue();
        assertThat(last).isEqualTo(best + 3).isLessThan(60);
        List<String> first = new ArrayList<>(List.of(settings));
        first.add("run.stop-after-rounds=1");
        begin(run, first.toArray(String[]::new)).json();
        kill("^round " + (last - 1) + " is measured", run);
        Outcome end = resume(run);
        assertThat(end.theta())
                .as(end.messages())
                .isEqualTo(ended.get("theta_sha256").textValue());
        assertThat(end.json().get("stopped_early").booleanValue()).isTrue();
        assertSameRounds(run, straight);
        assertThat(CheckpointStore.open(Storage.local(), run.toString()).manifests())
                .extracting(manifest -> manifest.facts().round())
                .containsExactly(last, best);
        assertThat(TrainedRun.open(Storage.local(), run.toString(), "best").round())
                .isEqualTo(best);
        JsonNode again = SmallRun.bare("no-such-master", words(run)).json();
        assertThat(again.get("round").longValue()).isEqualTo(last);
        assertThat(again.get("stopped_early").booleanValue()).isTrue();
        JsonNode patient = resume(run, "run.patience=60", "run.stop-after-rounds=" + (last + 1))
                .json();
        assertThat(patient.get("round").longValue()).isEqualTo(last + 1);
        assertThat(journal(run))
                .extracting(entry -> entry.get("round").longValue())
                .containsExactlyElementsOf(
                        LongStream.rangeClosed(1, last + 1).boxed().toList());
    }

    /** Such as a scheduler's, which has the settings in a file: what was changed since stays, but for its own words. */
    @Test
    void theFirstCommandMayBeRepeatedAfterAChange() throws IOException {
        Path run = directory.resolve("run");
        Path file = Files.writeString(
                directory.resolve("my.conf"), "train { rounds = 6, lr = 1e-2, min-lr = 5e-3, schedule = constant }");
        List<String> first = new ArrayList<>(List.of("train"));
        first.addAll(SmallRun.SETTINGS);
        first.removeIf(word -> word.startsWith("train.rounds=") || word.startsWith("train.lr="));
        first.addAll(List.of(file.toString(), "data.dataset=" + dataset, "run.dir=" + run));
        List<String> begin = new ArrayList<>(first);
        begin.add("run.stop-after-rounds=1");
        SmallRun.bare(LOCAL, begin).json();
        resume(run, "train.rounds=8", "train.lr=1e-3", "train.min-lr=1e-4", "run.stop-after-rounds=2")
                .json();
        assertThat(SmallRun.bare(LOCAL, first).json().get("round").longValue()).isEqualTo(8);
        assertThat(journal(run).get(7).get("lr").doubleValue()).isEqualTo(1e-3);
        assertThat(newest(run).facts().progress().changes())
                .containsExactly(
                        new Change(2, "train.lr", "0.01", "0.001"),
                        new Change(2, "train.min-lr", "0.005", "1.0E-4"),
                        new Change(2, "train.rounds", "6", "8"));
        first.add("train.lr=1e-2");
        SmallRun.bare(LOCAL, first).json();
        assertThat(newest(run).facts().progress().changes()).contains(new Change(9, "train.lr", "0.001", "0.01"));
    }

    /** Such as fewer rounds than planned, with which the run ends where it is. */
    @Test
    void aChangeAfterWhichNoRoundIsLeftIsRemembered() throws IOException {
        Path run = directory.resolve("run");
        String theta = begin(run, "run.stop-after-rounds=3").theta();
        Outcome ended = resume(run, "train.rounds=3", "checkpoint.keep=7");
        assertThat(ended.theta()).as(ended.messages()).isEqualTo(theta);
        assertThat(newest(run).facts().progress().changes())
                .contains(new Change(4, "checkpoint.keep", "3", "7"), new Change(4, "train.rounds", "6", "3"));
        JsonNode again = SmallRun.bare("no-such-master", words(run)).json();
        assertThat(again.get("round").longValue()).isEqualTo(3);
    }

    /** So a driver that trains the run elsewhere goes on. */
    @Test
    void aStartThatIsRefusedDoesNotTakeTheRunOver() throws IOException {
        Path run = directory.resolve("run");
        begin(run, "run.stop-after-rounds=1").json();
        List<Outcome> refused = List.of(
                resume(run, "train.threads=64"),
                resume(run, "run.replay=" + directory.resolve("none")),
                SmallRun.bare("nowhere", words(run)));
        assertThat(refused).extracting(Outcome::code).doesNotContain(0);
        assertThat(refused.get(0).messages()).contains("a task takes 64 cores");
        assertThat(refused.get(2).messages()).contains("--master: found nowhere");
        assertThat(run.resolve("epoch/1.json")).exists();
        assertThat(run.resolve("epoch/2.json")).doesNotExist();
    }

    @Test
    void whatMustNotChangeIsRefusedByName() throws IOException {
        Path run = directory.resolve("run");
        begin(run, "run.stop-after-rounds=1").json();
        for (String dry : List.of("false", "true")) {
            Outcome refused = resume(run, "train.workers=3", "train.rounds=7", "run.dry-run=" + dry);
            assertThat(refused.code()).isEqualTo(2);
            assertThat(refused.messages())
                    .hasLineCount(1)
                    .contains("the run in " + run + " was started with other settings: train.workers was 2 and is 3."
                            + " Leave them out to resume it, or choose another run.dir for a new run");
        }
        Outcome nothing = resume(directory.resolve("none"));
        assertThat(nothing.code()).isEqualTo(2);
        assertThat(nothing.messages()).hasLineCount(1).contains("there is no run to resume in");
    }
}
