package io.github.hyenaspark.jobs.spark.averaging;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.hyenaspark.checkpoint.CheckpointStore;
import io.github.hyenaspark.checkpoint.TrainingProgress;
import io.github.hyenaspark.jobs.spark.averaging.RunStore.RunDirectory;
import io.github.hyenaspark.jobs.spark.run.RunState;
import io.github.hyenaspark.jobs.spark.task.DriverState;
import io.github.hyenaspark.jobs.spark.task.MachineNumerics.Fingerprint;
import io.github.hyenaspark.model.HyenaLanguageModel;
import java.io.IOException;
import java.nio.file.Files;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The round loop with workers that need neither Spark nor a model. */
class AveragingDriverTest extends DriverRuns {
    @Test
    void aRunSavesEveryFewRoundsAndAtItsEnd() throws IOException {
        RunState end = new Start(5).run();
        assertThat(end.round()).isEqualTo(5);
        assertThat(end.tokens()).isEqualTo(100);
        assertThat(savedRounds()).containsExactly(5L, 4L, 2L);
    }

    @Test
    void aResultOfAnotherContractIsRefusedInItsRoundByName() throws IOException {
        new Start(2).run();
        workers.fingerprint = new Fingerprint(99, "21 amd64", "vector of 8 lanes", "another processor");
        assertThatThrownBy(() -> new Start(0).run())
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(
                        "round 3: the result of worker 0 on executor 7@host is of numeric contract 99 (Java 21 amd64,"
                                + " kernel vector of 8 lanes, another processor), expected numeric contract "
                                + HyenaLanguageModel.NUMERIC_CONTRACT
                                + ", the driver's: give all executors the driver's version of hyena-spark");
        assertThat(journal()).hasSize(2);
    }

    @Test
    void theJournalNamesTheMachinesWhereTheyChange() throws IOException {
        Fingerprint first = workers.fingerprint;
        new Start(3).run();
        workers.fingerprint = new Fingerprint(first.contract(), "25 arm64", "vector of 4 lanes", "another");
        new Start(0).run();
        List<JsonNode> lines = journal();
        assertThat(lines.get(0).get("machines")).containsExactly(first.toJson());
        assertThat(lines.get(3).get("machines")).containsExactly(workers.fingerprint.toJson());
        assertThat(lines.stream().filter(line -> line.has("machines"))).hasSize(2);
    }

    @Test
    void theHeldOutLossIsMeasuredEveryFewRoundsAndAtTheEndOfTheRun() throws IOException {
        new Start(0).run();
        assertThat(workers.validated).containsExactly(4L, 6L);
    }

    @Test
    void aRunEndsWithACheckpointWhenItsHeldOutLossNoLongerFalls() throws IOException {
        workers.heldOut = round -> round == 3 ? 0.5 : 1; // round 2 is no better than round 1
        RunState end = impatient(0, true).run();
        assertThat(end.round()).isEqualTo(5);
        assertThat(savedRounds()).containsExactly(5L, 4L, 3L);
        workers.rounds.clear();
        assertThat(impatient(0, true).run().round()).isEqualTo(5);
        assertThat(workers.rounds).isEmpty();
    }

    @Test
    void patienceIsCountedOnByTheNextDriver() throws IOException {
        workers.heldOut = round -> round == 3 ? 0.5 : 1;
        impatient(4, false).run();
        assertThat(impatient(0, false).run().round()).isEqualTo(5);
        assertThat(savedRounds()).containsExactly(5L, 4L, 2L);
    }

    @Test
    void theBestCheckpointStaysBesideTheNewest() throws IOException {
        workers.heldOut = round -> round == 1 ? 0.5 : 1;
        new Start(0, TRAIN, 1, 0, true).run();
        assertThat(savedRounds()).containsExactly(6L, 4L, 2L, 1L);
    }

    @Test
    void changesAreInTheManifestsAndInTheLineOfTheirRound() throws IOException {
        var change = new TrainingProgress.Change(3, "train.lr", "1", "2");
        var start = new Start(4);
        start.store.resumes(TrainingProgress.Best.NONE, List.of(change));
        start.run();
        new Start(0).run();
        assertThat(CheckpointStore.open(storage, uri()).manifests())
                .allMatch(manifest -> manifest.facts().progress().changes().equals(List.of(change)));
        assertThat(journal())
                .extracting(entry -> entry.path("changes").toString())
                .containsExactly("", "", "[" + change.toJson() + "]", "", "", "");
    }

    @Test
    void everyRoundLeavesOneLineInTheJournal() throws IOException {
        new Start(3).run();
        new Start(0).run();
        assertThat(journal())
                .extracting(entry -> entry.get("round").longValue())
                .containsExactly(1L, 2L, 3L, 4L, 5L, 6L);
        JsonNode fourth = journal().get(3);
        assertThat(fourth.get("loss").doubleValue()).isEqualTo(3);
        assertThat(fourth.get("held_out_loss").doubleValue()).isEqualTo(3);
        assertThat(fourth.get("held_out_by_position").toString()).isEqualTo("{\"0\":2.0,\"128\":4.0}");
        assertThat(fourth.get("tokens").longValue()).isEqualTo(80);
        assertThat(fourth.get("delta_norms")).hasSize(2);
        assertThat(fourth.get("bytes_up").longValue()).isEqualTo(2L * PARAMETERS * Float.BYTES);
        assertThat(fourth.get("bytes_down").longValue()).isEqualTo(2L * PARAMETERS * Float.BYTES);
        assertThat(fourth.get("moment_bytes_up").longValue()).isEqualTo(2L * 2 * PARAMETERS * Float.BYTES);
        assertThat(fourth.get("moment_bytes_down").longValue()).isEqualTo(2L * 2 * PARAMETERS * Float.BYTES);
        assertThat(fourth.get("worker_steps").toString()).isEqualTo("[2,2]");
        assertThat(fourth.get("steps").longValue()).isEqualTo(40);
        assertThat(fourth.get("executors").get(0).textValue()).isEqualTo("7@host");
        assertThat(fourth.get("theta_sha256").textValue()).hasSize(64);
        assertThat(journal().get(2).has("held_out_loss")).isFalse();
    }

    @Test
    @Tag("fault-19")
    void aRoundWithoutATargetChangesNothingAndTheRunGoesOn() throws IOException {
        RunState before = new Start(2).run();
        workers.tokens = 0;
        RunState after = new Start(3).run();
        assertThat(after.round()).isEqualTo(3);
        assertThat(after.tokens()).isEqualTo(before.tokens());
        assertThat(after.state().theta()).containsExactly(before.state().theta());
        assertThat(after.state().firstMoment()).containsExactly(before.state().firstMoment());
        assertThat(after.state().secondMoment()).containsExactly(before.state().secondMoment());
        assertThat(after.outerMomentum()).containsExactly(before.outerMomentum());
        workers.tokens = 10;
        RunState end = new Start(0).run();
        assertThat(end.round()).isEqualTo(6);
        assertThat(end.tokens()).isEqualTo(100);
        assertThat(workers.again).isEmpty();
    }

    @Test
    @Tag("fault-19")
    void aRoundWithoutATargetHasNoLossInTheJournal() throws IOException {
        workers.afterTraining = () -> workers.tokens = workers.rounds.size() == 2 ? 0 : 10;
        new Start(0).run();
        assertThat(journal())
                .extracting(entry -> entry.has("loss"))
                .containsExactly(true, true, false, true, true, true);
        JsonNode third = journal().get(2);
        assertThat(third.get("round").longValue()).isEqualTo(3);
        assertThat(third.get("tokens").longValue()).isEqualTo(40);
        assertThat(third.get("worker_tokens").toString()).isEqualTo("[0,0]");
        assertThat(third.get("worker_losses").toString()).isEqualTo("[null,null]");
        assertThat(third.get("worker_steps").toString()).isEqualTo("[2,2]");
        assertThat(third.get("update_norm").doubleValue()).isZero();
        assertThat(third.has("delta_cosine")).isFalse();
        assertThat(third.get("theta_sha256")).isEqualTo(journal().get(1).get("theta_sha256"));
    }

    @Test
    void theLossCurveAndReportsAreWritten() throws IOException {
        var start = new Start(2);
        start.run();
        start.store.writeReports();
        assertThat(start.store.failedWrites()).isZero();
        assertThat(Files.readAllBytes(directory.resolve("loss.png"))).startsWith(0x89, 'P', 'N', 'G');
        assertThat(Files.readString(directory.resolve("report.html"))).contains("<dt>Rounds</dt><dd>2</dd>");
        assertThat(directory.resolve("events.out.tfevents.0.hyena")).isNotEmptyFile();
    }

    @Test
    @Tag("fault-24")
    void aRunGoesOnWithoutItsJournalItsCurveAndItsPage() throws IOException {
        Files.createDirectories(directory.resolve("journal.jsonl/in-the-way"));
        Files.createDirectories(directory.resolve("loss.png/in-the-way"));
        Files.createDirectories(directory.resolve("report.html/in-the-way"));
        Files.createDirectories(directory.resolve("events.out.tfevents.0.hyena/in-the-way"));
        var start = new Start(2);
        assertThat(start.run().round()).isEqualTo(2);
        assertThat(start.store.failedWrites()).as("journal").isEqualTo(1);
        start.store.writeReports();
        assertThat(start.store.failedWrites())
                .as("curve, page and events besides")
                .isEqualTo(4);
        assertThat(DriverState.ofThisProcess().gauge(DriverState.FAILED_WRITES)).isEqualTo(4);
        assertThat(savedRounds()).containsExactly(2L);
    }

    @Test
    void plansThatMakeNoSenseAreRefused() {
        assertThatThrownBy(() -> new AveragingDriver.Plan(6, 0, 0, 0, 0, 64, true))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("checkpoint.every-rounds: found 0, expected at least 1");
        assertThatThrownBy(() -> new AveragingDriver.Plan(6, -1, 0, 0, 1, 64, true))
                .hasMessage("run.stop-after-rounds: found -1, expected 0 (at the end) or more");
        assertThatThrownBy(() -> new RunDirectory("x", 0, false))
                .hasMessage("checkpoint.keep: found 0, expected at least 1");
    }
}
