package io.github.hyenaspark.jobs.spark.run;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.hyenaspark.jobs.spark.run.BroadcastState.Received;
import io.github.hyenaspark.jobs.spark.task.TaskCache.ParameterCache;
import io.github.hyenaspark.jobs.spark.worker.AveragingTask.WorkerLocalState;
import io.github.hyenaspark.train.averaging.Averaging;
import io.github.hyenaspark.train.averaging.OuterOptimizer;
import io.github.hyenaspark.train.averaging.OuterOptimizer.ParameterUpdate;
import io.github.hyenaspark.train.codec.Codec;
import io.github.hyenaspark.train.config.TrainConfig;
import io.github.hyenaspark.train.config.TrainConfigDraft;
import io.github.hyenaspark.train.optim.TrainingState;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class ReceivedStateTest {
    private static final TrainConfig TRAIN = train();
    private final List<RunState> states = states();

    private static float[] notAsked() {
        throw new AssertionError("asked for all parameters");
    }

    private static TrainConfig train() {
        var draft = new TrainConfigDraft();
        draft.downCodec = Codec.INT8;
        return draft.config();
    }

    /** Four, each but the first with the update that leads to it. */
    private static List<RunState> states() {
        float[] theta = {1, 2, 3};
        List<RunState> states = new ArrayList<>();
        states.add(state(0, theta, Optional.empty()));
        for (int round = 1; round < 4; round++) {
            float[] mean = {theta[0] + 1, 2, theta[2] - 0.3f};
            var averaged = new Averaging.AveragedState(0, mean, new float[0], new float[0]);
            OuterOptimizer.Step step = new OuterOptimizer(new TrainConfig.Outer(1, 0, 0), Codec.INT8)
                    .step(theta, new float[3], averaged, round);
            theta = step.state().theta();
            states.add(state(round, theta, step.update()));
        }
        return states;
    }

    private static RunState state(long round, float[] theta, Optional<ParameterUpdate> update) {
        return new RunState(round, 0, TrainingState.initial(theta), new float[3], List.of(), update);
    }

    private BroadcastState sent(int round, String series) {
        return BroadcastState.of(TRAIN, states.get(round), series, "data/x");
    }

    /** A run may change its codec; what the one before has lost would be added in every round. */
    @Test
    void whatACodecHasLostIsNothingToAnotherWithoutFeedback() {
        var draft = new TrainConfigDraft();
        Map<String, float[]> kept = Map.of("residual", new float[] {1, 2, 3});
        draft.codec = Codec.BF16;
        assertThat(new WorkerLocalState(draft.config(), kept).residual()).isEmpty();
        draft.codec = Codec.INT4;
        assertThat(new WorkerLocalState(draft.config(), kept).residual()).containsExactly(1, 2, 3);
    }

    private void assertHas(Received received, int round, long wholeBytes) {
        assertThat(received.state().theta())
                .containsExactly(states.get(round).state().theta());
        assertThat(received.state().state().firstMoment()).hasSize(3);
        assertThat(received.wholeBytes()).isEqualTo(wholeBytes);
    }

    @Test
    void updatesAreEnoughForWhoHadAllBefore() {
        var held = new ParameterCache();
        for (int round = 0; round < 4; round++) {
            assertHas(sent(round, "a").receive(held, ReceivedStateTest::notAsked), round, 0);
            assertHas(sent(round, "a").receive(held, ReceivedStateTest::notAsked), round, 0); // the next task
        }
    }

    @Test
    void whoMissedARoundAsksOnce() {
        var held = new ParameterCache();
        sent(0, "a").receive(held, ReceivedStateTest::notAsked);
        assertHas(sent(2, "a").receive(held, () -> states.get(2).state().theta()), 2, 12);
        assertHas(sent(2, "a").receive(held, ReceivedStateTest::notAsked), 2, 0);
        assertHas(sent(3, "a").receive(held, ReceivedStateTest::notAsked), 3, 0);
    }

    @Test
    void whoIsNewOrHasThoseOfAnotherDriverAsks() {
        var held = new ParameterCache();
        assertHas(sent(1, "a").receive(held, () -> states.get(1).state().theta()), 1, 12);
        assertHas(sent(2, "b").receive(held, () -> states.get(2).state().theta()), 2, 12);
    }

    @Test
    void anUpdateIsSmallAndAWholeStateIsNot() {
        assertThat(sent(0, "a").parameterBytes()).isEqualTo(12);
        assertThat(sent(1, "a").parameterBytes()).isEqualTo(Codec.INT8.bytes(3));
        assertThat(sent(1, "a").theta()).isEmpty();
    }
}
