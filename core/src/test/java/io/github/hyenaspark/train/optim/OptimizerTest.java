package io.github.hyenaspark.train.optim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.github.hyenaspark.model.ParameterEntry;
import io.github.hyenaspark.operator.nn.ParameterSpec;
import io.github.hyenaspark.operator.tensor.ComputePool;
import io.github.hyenaspark.product.HeapFloats;
import io.github.hyenaspark.train.config.TrainConfig;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import org.junit.jupiter.api.Test;

class OptimizerTest {
    private static final ComputePool ALONE = ComputePool.alone();
    private static final long SEED = 1711;
    private static final List<Double> BETAS = List.of(0.9, 0.98);

    /** The base group twice, so that spans of one group both touch and do not touch. */
    private static final List<ParameterEntry> TABLE = List.of(
            new ParameterEntry("embed", List.of(7, 3), 0, ParameterSpec.Group.BASE),
            new ParameterEntry("norm", List.of(3), 21, ParameterSpec.Group.BASE),
            new ParameterEntry("filter", List.of(17), 24, ParameterSpec.Group.FILTER),
            new ParameterEntry("z", List.of(5), 41, ParameterSpec.Group.POSITIONS),
            new ParameterEntry("delta", List.of(1), 46, ParameterSpec.Group.DECAY),
            new ParameterEntry("out", List.of(33), 47, ParameterSpec.Group.BASE));

    private static final int COUNT = 80;

    private static Map<ParameterSpec.Group, Optimizer.GroupRates> rates(double lr) {
        return Map.of(
                ParameterSpec.Group.BASE, new Optimizer.GroupRates(lr, 0.1),
                ParameterSpec.Group.FILTER, new Optimizer.GroupRates(lr / 2, 0),
                ParameterSpec.Group.POSITIONS, new Optimizer.GroupRates(lr / 4, 0.3),
                ParameterSpec.Group.DECAY, new Optimizer.GroupRates(0, 0.5));
    }

    /** One parameter by the textbook, with the whole history of its gradients instead of running moments. */
    private static double textbook(double theta, double[] gradients, double[] lrs, double weightDecay) {
        double value = theta;
        for (int t = 1; t <= gradients.length; t++) {
            double lr = lrs[t - 1];
            double first = 0;
            double second = 0;
            for (int s = 1; s <= t; s++) {
                first += (1 - BETAS.get(0)) * Math.pow(BETAS.get(0), t - s) * gradients[s - 1];
                second += (1 - BETAS.get(1)) * Math.pow(BETAS.get(1), t - s) * gradients[s - 1] * gradients[s - 1];
            }
            double correctedFirst = first / (1 - Math.pow(BETAS.get(0), t));
            double correctedSecond = second / (1 - Math.pow(BETAS.get(1), t));
            value = value - lr * weightDecay * value;
            value = value - lr * correctedFirst / (Math.sqrt(correctedSecond) + 1e-8);
        }
        return value;
    }

    @Test
    void twentyStepsAreThoseOfTheTextbook() {
        Random random = new Random(SEED);
        int steps = 20;
        float[] start = normals(random, 1);
        TrainingState state = TrainingState.initial(start.clone());
        double[] plainTheta = doubles(start);
        Optimizer adamW = new Optimizer(TrainConfig.Optimizer.ADAMW, TABLE, BETAS);
        ReferenceOptimizer plain = new ReferenceOptimizer(TrainConfig.Optimizer.ADAMW, TABLE, BETAS);
        double[][] history = new double[COUNT][steps];
        double[] lrs = new double[steps];
        for (int step = 0; step < steps; step++) {
            lrs[step] = 1e-2 * (step + 1);
            float[] gradients = normals(random, Math.pow(10, step % 4 - 2));
            for (int i = 0; i < COUNT; i++) {
                history[i][step] = gradients[i];
            }
            adamW.update(state, new HeapFloats(gradients), step, rates(lrs[step]), ALONE);
            plain.update(plainTheta, doubles(gradients), step, rates(lrs[step]));
        }
        for (ParameterEntry entry : TABLE) {
            Optimizer.GroupRates unit = Objects.requireNonNull(rates(1).get(entry.group()));
            double[] scaled = Arrays.stream(lrs).map(lr -> lr * unit.lr()).toArray();
            for (int i = (int) entry.offset(); i < entry.offset() + entry.size(); i++) {
                double expected = textbook(start[i], history[i], scaled, unit.weightDecay());
                String where = entry.name() + ", element " + i + ", seed " + SEED;
                assertThat(plainTheta[i]).as(where).isCloseTo(expected, within(1e-13));
                // 20 roundings of a theta below 4 (1.2e-7 each at most); seen: 5.4e-7 at worst
                assertThat((double) state.theta()[i]).as(where).isCloseTo(expected, within(2e-6));
            }
        }
        assertThat(state.theta()[46]).as("rate 0 also means no decay").isEqualTo(start[46]);
    }

    /** In ND4J's form the same step would move by lr g / (g + ε √(1 - β2)), not by half of lr. */
    @Test
    void epsilonStandsBesideTheCorrectedRoot() {
        List<ParameterEntry> table = List.of(new ParameterEntry("one", List.of(1), 0, ParameterSpec.Group.BASE));
        Map<ParameterSpec.Group, Optimizer.GroupRates> rates =
                Map.of(ParameterSpec.Group.BASE, new Optimizer.GroupRates(0.5, 0));
        TrainingState state = TrainingState.initial(new float[] {1});
        new Optimizer(TrainConfig.Optimizer.ADAMW, table, BETAS)
                .update(state, new HeapFloats(new float[] {1e-8f}), 0, rates, ALONE);
        double[] plainTheta = {1};
        new ReferenceOptimizer(TrainConfig.Optimizer.ADAMW, table, BETAS)
                .update(plainTheta, new double[] {1e-8}, 0, rates);
        assertThat(plainTheta[0]).isCloseTo(0.75, within(1e-12));
        assertThat(state.theta()[0]).isCloseTo(0.75f, within(1e-6f));
    }

    @Test
    void decayAppliesWithoutGradient() {
        List<ParameterEntry> table = List.of(new ParameterEntry("one", List.of(1), 0, ParameterSpec.Group.BASE));
        TrainingState state = TrainingState.initial(new float[] {8});
        new Optimizer(TrainConfig.Optimizer.ADAMW, table, BETAS)
                .update(
                        state,
                        new HeapFloats(new float[1]),
                        0,
                        Map.of(ParameterSpec.Group.BASE, new Optimizer.GroupRates(0.5, 0.25)),
                        ALONE);
        assertThat(state.theta()[0]).isEqualTo(7f);
    }

    @Test
    void refusesWhatDoesNotFitTheTable() {
        Optimizer adamW = new Optimizer(TrainConfig.Optimizer.ADAMW, TABLE, BETAS);
        TrainingState state = TrainingState.initial(new float[COUNT]);
        assertThatThrownBy(() -> adamW.update(state, new HeapFloats(new float[79]), 0, rates(1), ALONE))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("gradients must have the table's 80 elements, found 79");
        assertThatThrownBy(() -> adamW.update(
                        TrainingState.initial(new float[81]), new HeapFloats(new float[COUNT]), 0, rates(1), ALONE))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("state must have the table's 80 elements, found 81");
        assertThatThrownBy(() -> adamW.update(
                        state,
                        new HeapFloats(new float[COUNT]),
                        0,
                        Map.of(ParameterSpec.Group.BASE, new Optimizer.GroupRates(1, 0)),
                        ALONE))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("group FILTER has parameters but no rates, found rates for [BASE]");
        assertThatThrownBy(() -> new Optimizer(TrainConfig.Optimizer.ADAMW, TABLE.subList(1, 3), BETAS))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("parameter norm starts at 21, expected 0, where the one before it ends");
    }

    private static float[] normals(Random random, double scale) {
        float[] values = new float[COUNT];
        for (int i = 0; i < COUNT; i++) {
            values[i] = (float) (scale * random.nextGaussian());
        }
        return values;
    }

    private static double[] doubles(float[] values) {
        double[] result = new double[values.length];
        Arrays.setAll(result, i -> values[i]);
        return result;
    }
}
