package io.github.hyenaspark.train.optim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.github.hyenaspark.model.ParameterEntry;
import io.github.hyenaspark.operator.nn.ParameterSpec;
import io.github.hyenaspark.operator.tensor.ComputePool;
import io.github.hyenaspark.product.HeapFloats;
import io.github.hyenaspark.train.config.TrainConfig;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import org.junit.jupiter.api.Test;

class MuonTest {
    private static final List<Double> BETAS = List.of(0.9, 0.98);
    private static final long SEED = 2502;

    /** Matrices of all forms, also larger than a tile, among parameters of AdamW. */
    private static final List<ParameterEntry> TABLE = table(
            new Part(ParameterSpec.Group.BASE, 8, 4),
            new Part(ParameterSpec.Group.MATRIX, 48, 16),
            new Part(ParameterSpec.Group.BASE, 48, 1),
            new Part(ParameterSpec.Group.FILTER, 5, 7),
            new Part(ParameterSpec.Group.MATRIX, 40, 70),
            new Part(ParameterSpec.Group.MATRIX, 33, 33),
            new Part(ParameterSpec.Group.BASE, 9, 1));

    private record Part(ParameterSpec.Group group, int rows, int columns) {}

    private static List<ParameterEntry> table(Part... parts) {
        List<ParameterEntry> table = new ArrayList<>();
        long at = 0;
        for (Part part : parts) {
            table.add(new ParameterEntry("p" + at, List.of(part.rows, part.columns), at, part.group));
            at += (long) part.rows * part.columns;
        }
        return table;
    }

    private static Map<ParameterSpec.Group, Optimizer.GroupRates> rates(double lr, double weightDecay) {
        return Map.of(
                ParameterSpec.Group.BASE, new Optimizer.GroupRates(lr / 4, weightDecay),
                ParameterSpec.Group.MATRIX, new Optimizer.GroupRates(lr, weightDecay),
                ParameterSpec.Group.FILTER, new Optimizer.GroupRates(lr / 2, 0));
    }

    /** By {@code muon.py}, written from the formulas. */
    @Test
    void stepsAreThoseOfAnIndependentScript() throws IOException {
        JsonNode root;
        try (var in = Objects.requireNonNull(MuonTest.class.getResourceAsStream("muon.json"))) {
            root = new ObjectMapper().readTree(in);
        }
        var rates = rates(
                root.required("lr").asDouble(), root.required("weight_decay").asDouble());
        assertThat(root.required("cases")).hasSize(4);
        for (JsonNode one : root.required("cases")) {
            int rows = one.required("rows").asInt();
            int columns = one.required("columns").asInt();
            List<ParameterEntry> table = table(new Part(ParameterSpec.Group.MATRIX, rows, columns));
            double[] theta = new double[rows * columns];
            Arrays.setAll(theta, i -> Math.sin(1 + i));
            var state = TrainingState.initial(floats(theta), 0);
            var reference = new ReferenceOptimizer(TrainConfig.Optimizer.MUON, table, BETAS);
            var optimizer = new Optimizer(TrainConfig.Optimizer.MUON, table, BETAS);
            for (int step = 0; step < one.required("after").size(); step++) {
                double[] gradient = new double[theta.length];
                int number = step;
                Arrays.setAll(gradient, i -> Math.sin(0.7 * i + 2.3 * number) / (1 + number));
                reference.update(theta, gradient, step, rates);
                optimizer.update(state, new HeapFloats(floats(gradient)), step, rates, ComputePool.alone());
                for (int i = 0; i < theta.length; i++) {
                    double expected = one.required("after").get(step).get(i).asDouble();
                    String where = rows + "×" + columns + ", step " + step + ", element " + i;
                    assertThat(theta[i]).as(where).isCloseTo(expected, within(1e-12));
                    assertThat((double) state.theta()[i]).as(where).isCloseTo(expected, within(1e-6));
                }
            }
        }
    }

    @Test
    void aMixtureOfMatricesAndOthersIsThatOfTheReference() {
        Random random = new Random(SEED);
        double[] theta = normals(random);
        var state = TrainingState.initial(floats(theta), layout().secondMoments());
        var reference = new ReferenceOptimizer(TrainConfig.Optimizer.MUON, TABLE, BETAS);
        var optimizer = new Optimizer(TrainConfig.Optimizer.MUON, TABLE, BETAS);
        for (int step = 0; step < 10; step++) {
            double[] gradient = normals(random);
            reference.update(theta, gradient, step, rates(0.02, 0.1));
            optimizer.update(state, new HeapFloats(floats(gradient)), step, rates(0.02, 0.1), ComputePool.alone());
        }
        for (int i = 0; i < theta.length; i++) {
            assertThat((double) state.theta()[i])
                    .as("element %d, seed %d", i, SEED)
                    .isCloseTo(theta[i], within(5e-6));
        }
    }

    @Test
    void theBitsDoNotDependOnTheThreads() {
        float[] one = afterSteps(ComputePool.alone());
        for (int threads : new int[] {2, 3, 5}) {
            assertThat(afterSteps(ComputePool.of(threads)))
                    .as("%d threads", threads)
                    .isEqualTo(one);
        }
    }

    private static float[] afterSteps(ComputePool pool) {
        Random random = new Random(SEED);
        var state = TrainingState.initial(floats(normals(random)), layout().secondMoments());
        var optimizer = new Optimizer(TrainConfig.Optimizer.MUON, TABLE, BETAS);
        for (int step = 0; step < 3; step++) {
            optimizer.update(state, new HeapFloats(floats(normals(random))), step, rates(0.02, 0.1), pool);
        }
        return state.theta();
    }

    /** The singular values of an update lie around 1, whatever those of the gradient are. */
    @Test
    void anUpdateIsNearlyOrthogonal() {
        int rows = 24;
        int columns = 64;
        Random random = new Random(SEED);
        float[] update = new float[rows * columns];
        double squares = 0;
        for (int i = 0; i < update.length; i++) {
            update[i] = (float) random.nextGaussian();
            squares += update[i] * update[i];
        }
        for (int i = 0; i < update.length; i++) {
            update[i] /= (float) Math.sqrt(squares);
        }
        Muon.orthogonalize(update, rows, columns, ComputePool.alone().workspace(0));
        for (int i = 0; i < rows; i++) {
            double square = 0;
            for (int j = 0; j < columns; j++) {
                square += update[i * columns + j] * update[i * columns + j];
            }
            assertThat(square).as("row %d, seed %d", i, SEED).isBetween(0.4, 1.6);
        }
    }

    @Test
    void matricesHaveNoSecondMoments() {
        MomentLayout layout = layout();
        int matrices = 48 * 16 + 40 * 70 + 33 * 33;
        assertThat(layout.secondMoments()).isEqualTo(layout.parameters() - matrices);
        assertThat(layout.entries().stream().map(ParameterEntry::name))
                .containsExactly("p0", "p800", "p848", "p4772", "p32", "p883", "p3683");
        assertThat(layout.secondEntries()).hasSize(4);
        MomentLayout adamW = MomentLayout.of(TrainConfig.Optimizer.ADAMW, TABLE);
        assertThat(adamW.entries()).isEqualTo(TABLE);
        assertThat(adamW.secondMoments()).isEqualTo(adamW.parameters());
    }

    @Test
    void aZeroGradientOnlyDecays() {
        List<ParameterEntry> table = table(new Part(ParameterSpec.Group.MATRIX, 2, 3));
        var state = TrainingState.initial(new float[] {8, 8, 8, 8, 8, 8}, 0);
        new Optimizer(TrainConfig.Optimizer.MUON, table, BETAS)
                .update(state, new HeapFloats(new float[6]), 0, rates(0.5, 0.25), ComputePool.alone());
        assertThat(state.theta()).containsOnly(7f);
    }

    @Test
    void refusesWhatIsNoMatrixAndAStateOfAnotherOptimizer() {
        List<ParameterEntry> cube =
                List.of(new ParameterEntry("cube", List.of(2, 2, 2), 0, ParameterSpec.Group.MATRIX));
        assertThatThrownBy(() -> MomentLayout.of(TrainConfig.Optimizer.MUON, cube))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("parameter cube of the group MATRIX must be a matrix, found shape [2, 2, 2]");
        var optimizer = new Optimizer(TrainConfig.Optimizer.MUON, TABLE, BETAS);
        float[] theta = new float[layout().parameters()];
        var other = TrainingState.initial(theta);
        assertThatThrownBy(() -> optimizer.update(other, new HeapFloats(theta), 0, rates(1, 0), ComputePool.alone()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("second moments must have the table's 124 elements, found 4781");
    }

    private static MomentLayout layout() {
        return MomentLayout.of(TrainConfig.Optimizer.MUON, TABLE);
    }

    private static double[] normals(Random random) {
        double[] values = new double[layout().parameters()];
        Arrays.setAll(values, i -> random.nextGaussian());
        return values;
    }

    private static float[] floats(double[] values) {
        float[] narrowed = new float[values.length];
        for (int i = 0; i < values.length; i++) {
            narrowed[i] = (float) values[i];
        }
        return narrowed;
    }
}
