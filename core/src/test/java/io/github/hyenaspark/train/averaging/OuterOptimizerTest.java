package io.github.hyenaspark.train.averaging;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.github.hyenaspark.train.codec.Codec;
import io.github.hyenaspark.train.config.TrainConfig;
import java.util.Random;
import org.junit.jupiter.api.Test;

class OuterOptimizerTest {
    private static final long SEED = 2311;
    private static final int COUNT = 1000;

    private final Random random = new Random(SEED);

    private float[] numbers() {
        float[] numbers = new float[COUNT];
        for (int i = 0; i < COUNT; i++) {
            numbers[i] = (float) random.nextGaussian();
        }
        return numbers;
    }

    private Averaging.AveragedState averaged() {
        return new Averaging.AveragedState(0, numbers(), numbers(), numbers());
    }

    @Test
    void thePlainMeanIsTakenAsItIs() {
        Averaging.AveragedState averaged = averaged();
        float[] momentum = numbers();
        OuterOptimizer.Step step =
                new OuterOptimizer(new TrainConfig.Outer(1, 0, 0), Codec.FP32).step(numbers(), momentum, averaged, 0);
        assertThat(step.state().theta()).isSameAs(averaged.parameters());
        assertThat(step.state().firstMoment()).isSameAs(averaged.firstMoment());
        assertThat(step.state().secondMoment()).isSameAs(averaged.secondMoment());
        assertThat(step.momentum()).isSameAs(momentum);
    }

    /** Three rounds, against the formula in double throughout; the float arrays between rounds round to 6e-8 each. */
    @Test
    void nesterovIsTheFormula() {
        double eta = 0.7;
        double mu = 0.9;
        var optimizer = new OuterOptimizer(new TrainConfig.Outer(eta, mu, 2), Codec.FP32);
        float[] start = numbers();
        float[] momentum = new float[COUNT];
        double[] theta = new double[COUNT];
        double[] v = new double[COUNT];
        for (int i = 0; i < COUNT; i++) {
            theta[i] = start[i];
        }
        for (int round = 0; round < 3; round++) {
            Averaging.AveragedState averaged = averaged();
            float[] gradient = averaged.parameters().clone();
            OuterOptimizer.Step step = optimizer.step(start, momentum, averaged, round);
            for (int i = 0; i < COUNT; i++) {
                double g = gradient[i];
                v[i] = mu * v[i] + g;
                theta[i] -= (round == 0 ? eta / 2 : eta) * (g + mu * v[i]);
                String where = "round " + round + ", element " + i + ", seed " + SEED;
                assertThat((double) step.state().theta()[i]).as(where).isCloseTo(theta[i], within(1e-5));
                assertThat((double) step.momentum()[i]).as(where).isCloseTo(v[i], within(1e-5));
            }
            start = step.state().theta();
            momentum = step.momentum();
        }
    }

    @Test
    void leavesWhereTheRoundBeganAsItIs() {
        float[] start = numbers();
        float[] startBefore = start.clone();
        float[] momentum = numbers();
        float[] momentumBefore = momentum.clone();
        Averaging.AveragedState averaged = averaged();
        OuterOptimizer.Step step =
                new OuterOptimizer(new TrainConfig.Outer(1, 0.5, 0), Codec.FP32).step(start, momentum, averaged, 9);
        assertThat(start).isEqualTo(startBefore);
        assertThat(momentum).isEqualTo(momentumBefore);
        assertThat(step.state().theta())
                .as("no second array of the size")
                .isSameAs(averaged.parameters())
                .isNotEqualTo(startBefore);
    }

    @Test
    void refusesSizesThatDoNotFit() {
        var optimizer = new OuterOptimizer(new TrainConfig.Outer(1, 0.5, 0), Codec.FP32);
        assertThatThrownBy(() -> optimizer.step(new float[2], new float[1], averaged(), 0))
                .hasMessage("the outer momentum must have as many elements as the parameters, 2, found 1");
        assertThatThrownBy(() -> optimizer.step(new float[2], new float[2], averaged(), 0))
                .hasMessage("the average must have as many elements as the parameters, 2, found 1000");
    }
}
