package io.github.hyenaspark.jobs.spark.averaging;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.hyenaspark.jobs.report.journal.Journal.LossHistory.LossPoint;
import io.github.hyenaspark.jobs.spark.run.RunState;
import io.github.hyenaspark.train.config.TrainConfig;
import io.github.hyenaspark.train.config.TrainConfigDraft;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Results that are no numbers or far out of line, and losses that rise. */
class DivergenceTest extends DriverRuns {
    @Test
    @Tag("fault-18")
    void aLossThatIsNoNumberTwiceStopsTheRunAndNamesTheWorker() throws IOException {
        var start = new Start(0);
        workers.lossTheSecondTime = Double.NaN;
        workers.afterTraining = () -> workers.lossOfWorkerOne = workers.rounds.size() == 2 ? Double.NaN : 2;
        assertThatThrownBy(start::run)
                .isInstanceOf(AveragingDriver.DivergedException.class)
                .hasMessageContaining("round 3 diverged: worker 1 has loss NaN")
                .hasMessageContaining("also when it was computed again, on executors 7@host and 8@other")
                .hasMessageContaining("the last good checkpoint is that of round 2")
                .hasMessageEndingWith(
                        ". A smaller train.lr or train.clip-norm may help, or train.guard.action=drop if a"
                                + " single worker is bad");
        assertThat(savedRounds()).containsExactly(2L);
        assertThat(workers.again).containsExactly(1);
    }

    @Test
    void theRoundsBeforeOneThatStopsTheRunAreSaved() throws IOException {
        var start = new Start(0);
        workers.lossTheSecondTime = Double.NaN;
        workers.afterTraining = () -> workers.lossOfWorkerOne = workers.rounds.size() == 3 ? Double.NaN : 2;
        assertThatThrownBy(start::run)
                .hasMessageContaining("round 4 diverged: worker 1 has loss NaN")
                .hasMessageContaining("the last good checkpoint is that of round 3");
        assertThat(savedRounds()).containsExactly(3L, 2L);
    }

    @Test
    void aBadResultThatComesOutGoodTheSecondTimeLeavesNoTraceInTheBits() throws IOException {
        RunState undisturbed = new Start(0).run();
        directory = directory.resolve("other");
        workers.afterTraining = () -> workers.lossOfWorkerOne = workers.rounds.size() % 6 == 2 ? Double.NaN : 2;
        RunState end = new Start(0).run();
        assertThat(workers.again).containsExactly(1);
        assertThat(end.state().theta()).containsExactly(undisturbed.state().theta());
        assertThat(journal().get(2).get("again").toString()).isEqualTo("[1]");
        assertThat(journal().get(1).has("again")).isFalse();
    }

    /** Before a deadline a fast machine takes more steps, and goes further while rates rise. */
    @Test
    void moreStepsMayGoFurther() throws IOException {
        workers.stepOfWorkerOne = 20;
        workers.stepsOfWorkerOne = 4;
        new Start(0, new TrainConfigDraft().config()).run();
        assertThat(workers.again).isEmpty();
    }

    @Test
    @Tag("fault-18")
    void aStepFarOutOfLineIsComputedAgainAndDroppedIfTheRunMayGoOn() throws IOException {
        var draft = new TrainConfigDraft();
        draft.guard = new TrainConfig.Guard(10, TrainConfig.Guard.Action.DROP);
        workers.stepTheSecondTime = 1e6;
        workers.afterTraining = () -> workers.stepOfWorkerOne = workers.rounds.size() == 2 ? 1e6 : 1;
        RunState end = new Start(0, draft.config()).run();
        assertThat(workers.again).containsExactly(1);
        assertThat(end.tokens()).as("one worker of one round is missing").isEqualTo(110);
        JsonNode third = journal().get(2);
        assertThat(third.get("dropped").toString()).isEqualTo("[1]");
        assertThat(third.get("worker_steps").toString()).isEqualTo("[2,0]");
        assertThat(third.get("executors").toString()).isEqualTo("[\"7@host\",null]");
        assertThat(third.get("worker_losses").get(1).isNull()).isTrue();
    }

    @Test
    @Tag("fault-18")
    void aStepFarOutOfLineStopsTheRunOtherwise() throws IOException {
        workers.stepTheSecondTime = 1e6;
        workers.stepOfWorkerOne = 1e6;
        assertThatThrownBy(new Start(0)::run)
                .isInstanceOf(AveragingDriver.DivergedException.class)
                .hasMessageContaining("round 1 diverged: worker 1 went ")
                .hasMessageContaining("train.guard.max-delta-ratio times the median")
                .hasMessageContaining("there is no checkpoint yet");
    }

    /** With Muon the matrices have a rate of their own. */
    @Test
    void theAdviceNamesTheRatesOfTheOptimizer() {
        var draft = new TrainConfigDraft();
        draft.optimizer = TrainConfig.Optimizer.MUON;
        workers.lossTheSecondTime = Double.NaN;
        workers.lossOfWorkerOne = Double.NaN;
        assertThatThrownBy(() -> new Start(0, draft.config()).run())
                .hasMessageContaining(". A smaller train.matrix-lr, train.lr or train.clip-norm may help");
    }

    /** The mean loss of the workers is 3 in round 1, and 4.5 from round 3 on. */
    @Test
    void aLossThatStaysFarAboveThatOfTheFirstRoundStopsTheRunAndItsLastCheckpointIsGood() throws IOException {
        workers.afterTraining = () -> workers.lossOfWorkerOne = workers.rounds.size() >= 2 ? 5 : 2;
        assertThatThrownBy(new Start(0)::run)
                .isInstanceOf(AveragingDriver.DivergedException.class)
                .hasMessageStartingWith("the training diverged: its loss was more than 1 nat above the 3.0000 of its"
                        + " first round for 3 rounds, and is 4.5000 now; the last good checkpoint is that of round 2");
        assertThat(savedRounds()).as("not that of round 4, which was due").containsExactly(2L);
    }

    /** Such as that of labels with weights. */
    @Test
    void aLossWithoutABoundMayStayFarAboveThatOfTheFirstRound() throws IOException {
        workers.mostAboveFirst = Double.POSITIVE_INFINITY;
        workers.afterTraining = () -> workers.lossOfWorkerOne = workers.rounds.size() >= 2 ? 5000 : 2;
        new Start(0).run();
        assertThat(savedRounds()).containsExactly(6L, 4L, 2L);
    }

    @Test
    void aLossThatRisesAndComesBackOnlyDelaysTheCheckpoint() throws IOException {
        workers.afterTraining =
                () -> workers.lossOfWorkerOne = workers.rounds.size() == 2 || workers.rounds.size() == 3 ? 5 : 2;
        new Start(0).run();
        assertThat(savedRounds()).containsExactly(6L, 5L, 2L);
    }

    /** The loss rises in round 3, and no worker has a target in round 4, after which a checkpoint is due. */
    @Test
    void aRoundWithoutATargetDoesNotMakeWhatRoseAGoodCheckpoint() throws IOException {
        workers.afterTraining = () -> {
            workers.lossOfWorkerOne = workers.rounds.size() == 2 ? 5 : 2;
            workers.tokens = workers.rounds.size() == 3 ? 0 : 10;
        };
        assertThatThrownBy(new Start(4)::run)
                .isInstanceOf(AveragingDriver.DivergedException.class)
                .hasMessageStartingWith("round 4, the last of this job, is not saved");
        assertThat(savedRounds()).containsExactly(2L);
    }

    /** Also when the journal has the first round: the run was stopped and resumed since. */
    @Test
    void aResumedRunIsComparedWithItsFirstRound() throws IOException {
        new Start(2).run();
        workers.lossOfWorkerOne = 5;
        assertThatThrownBy(new Start(0)::run)
                .isInstanceOf(AveragingDriver.DivergedException.class)
                .hasMessageContaining("the last good checkpoint is that of round 2");
    }

    /** The loss rises in rounds 3 and 4, after which the job is to stop. */
    @Test
    void aJobThatEndsInWhatMayBeADivergenceSavesNothingOfItAndTheRunGoesOnFromTheGoodCheckpoint() throws IOException {
        workers.afterTraining = () -> workers.lossOfWorkerOne = workers.rounds.size() >= 2 ? 5 : 2;
        assertThatThrownBy(new Start(4)::run)
                .isInstanceOf(AveragingDriver.DivergedException.class)
                .hasMessageStartingWith("round 4, the last of this job, is not saved: its loss is more than 1 nat above"
                        + " that of the first round, so it may be part of a divergence, which a larger"
                        + " run.stop-after-rounds or run.patience shows; the last good checkpoint is that of round 2.");
        assertThat(savedRounds()).containsExactly(2L);
        workers.afterTraining = () -> {};
        workers.lossOfWorkerOne = 2; // as with a lower rate
        assertThat(new Start(0).run().round()).isEqualTo(6);
        assertThat(workers.rounds).containsExactly(0L, 1L, 2L, 3L, 2L, 3L, 4L, 5L);
    }

    /** The last checkpoint is of a round that rose, so the next process has three rounds to come down. */
    @Test
    void aRunThatIsMadeLongerAfterALastRoundThatRoseHasTimeToComeBack() throws IOException {
        workers.afterTraining = () -> workers.lossOfWorkerOne = workers.rounds.size() >= 4 ? 5 : 2;
        new Start(0).run();
        assertThat(savedRounds()).startsWith(6L);
        var guard = new DivergenceGuard(
                TRAIN.guard(), workers, List.of(new LossPoint(20, 3), new LossPoint(40, 4.5), new LossPoint(60, 4.5)));
        assertThat(guard.rises(4.5)).isTrue();
        assertThat(guard.rises(4.5)).isTrue();
        assertThatThrownBy(() -> guard.rises(4.5))
                .isInstanceOf(AveragingDriver.DivergedException.class)
                .hasMessageContaining("above the 3.0000 of its first round for 3 rounds, and is 4.5000 now");
    }

    @Test
    void aStopSavesNoRoundThatMayBePartOfADivergence() throws IOException {
        var start = new Start(0);
        workers.afterTraining = () -> {
            workers.lossOfWorkerOne = workers.rounds.size() >= 2 ? 5 : 2;
            if (workers.rounds.size() == 4) {
                assertThatThrownBy(start.driver::stop)
                        .isInstanceOf(IOException.class)
                        .hasMessage("its loss is more than 1 nat above that of the first round");
            }
        };
        assertThatThrownBy(start::run).isInstanceOf(IOException.class);
        assertThat(savedRounds()).containsExactly(2L);
        assertThat(start.driver.standing("why"))
                .isEqualTo("stopped; round 3 is not saved: why; the same command continues after round 2");
    }

    /** Whole rounds are repeated by all of them at once, not by one after the other. */
    @Test
    void allBadResultsAreComputedAgainTogether() throws IOException {
        RunState undisturbed = new Start(0).run();
        directory = directory.resolve("other");
        workers.afterTraining = () -> {
            boolean bad = workers.rounds.size() % 6 == 2;
            workers.lossOfWorkerZero = bad ? Double.NaN : 4;
            workers.lossOfWorkerOne = bad ? Double.NaN : 2;
        };
        RunState end = new Start(0).run();
        assertThat(workers.again).containsExactly(0, 1);
        assertThat(workers.timesAgain).isEqualTo(1);
        assertThat(end.state().theta()).containsExactly(undisturbed.state().theta());
        assertThat(journal().get(2).get("again").toString()).isEqualTo("[0,1]");
    }

    /** What the guard left over has no target, whatever the worker that it dropped had. */
    @Test
    @Tag("fault-19")
    void aRoundThatIsLeftWithoutATargetByTheGuardChangesNothing() throws IOException {
        var draft = new TrainConfigDraft();
        draft.guard = new TrainConfig.Guard(10, TrainConfig.Guard.Action.DROP);
        workers.tokens = 0;
        workers.lossOfWorkerOne = Double.NaN;
        workers.lossTheSecondTime = Double.NaN;
        RunState end = new Start(1, draft.config()).run();
        assertThat(end.state().theta()).containsExactly(1, 2, 3);
        assertThat(journal().get(0).get("dropped").toString()).isEqualTo("[1]");
        assertThat(journal().get(0).get("worker_steps").toString()).isEqualTo("[2,0]");
    }
}
