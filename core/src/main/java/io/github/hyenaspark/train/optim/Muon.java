package io.github.hyenaspark.train.optim;

import io.github.hyenaspark.kernel.PartClock;
import io.github.hyenaspark.operator.nn.ParameterSpec;
import io.github.hyenaspark.operator.tensor.ComputePool;
import io.github.hyenaspark.operator.tensor.FloatArray;
import io.github.hyenaspark.operator.tensor.Matrix;
import io.github.hyenaspark.operator.tensor.VectorOps;
import io.github.hyenaspark.operator.tensor.Workspace;
import io.github.hyenaspark.product.Operand.Floats;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;

/**
 * Muon (Keller Jordan 2024, https://kellerjordan.github.io/posts/muon): momentum whose update of a weight matrix is
 * made orthogonal, so that all its directions learn at the same rate. For a matrix W (rows × columns) with gradient g:
 *
 * <pre>
 *   m ← μ m + (1 - μ) g      u = μ m + (1 - μ) g
 *   W ← W - lr·wd·W - lr · 0.2 √max(rows, columns) · NS(u)
 * </pre>
 *
 * with μ = {@value #MOMENTUM}. The factor makes an update as large as AdamW's, element by element (arXiv 2502.16982).
 * NS approximates U Vᵀ of the singular value decomposition u = U S Vᵀ by five steps of Newton and Schulz, on the
 * transpose if there are more rows than columns:
 *
 * <pre>
 *   X = u / ‖u‖      X ← (a I + b A + c A²) X,   A = X Xᵀ
 * </pre>
 *
 * A and A² are symmetric, so half of each is computed.
 */
final class Muon {
    static final double MOMENTUM = 0.95;
    static final double SCALE = 0.2;
    static final double EPSILON = 1e-7;
    /** Those of Jordan, five times. */
    static final List<Step> STEPS = List.of(Step.JORDAN, Step.JORDAN, Step.JORDAN, Step.JORDAN, Step.JORDAN);

    /** Coefficients of a step of Newton and Schulz. */
    record Step(double a, double b, double c) {
        private static final Step JORDAN = new Step(3.4445, -4.7750, 2.0315);
    }

    private static final Workspace.Slot<float[]> UPDATE = Workspace.Slot.row();
    private static final Workspace.Slot<float[]> GRAM = Workspace.Slot.row();
    private static final Workspace.Slot<float[]> SQUARE = Workspace.Slot.row();
    private static final Workspace.Slot<FloatArray> NATIVE_UPDATE = Workspace.Slot.array();
    private static final Workspace.Slot<FloatArray> NATIVE_NEXT = Workspace.Slot.array();
    private static final Workspace.Slot<FloatArray> NATIVE_GRAM = Workspace.Slot.array();
    private static final Workspace.Slot<FloatArray> NATIVE_SQUARE = Workspace.Slot.array();

    private final List<MomentLayout.MuonMatrix> matrices;

    Muon(MomentLayout layout) {
        matrices = layout.matrices();
    }

    /** Updates its matrices and their moments in place, every matrix in one thread; see {@link Optimizer#update}. */
    void update(
            TrainingState state,
            Floats gradients,
            Map<ParameterSpec.Group, Optimizer.GroupRates> rates,
            ComputePool pool) {
        if (matrices.isEmpty()) {
            return;
        }
        Optimizer.GroupRates group = Optimizer.GroupRates.in(rates, ParameterSpec.Group.MATRIX);
        List<List<MomentLayout.MuonMatrix>> shares = shares(pool.threads());
        pool.divide(shares.size(), (member, from, to) -> {
            PartClock.Part around = PartClock.enter(PartClock.Part.OPTIMIZER);
            for (List<MomentLayout.MuonMatrix> share : shares.subList(from, to)) {
                for (MomentLayout.MuonMatrix matrix : share) {
                    update(state, gradients, matrix, group, pool.workspace(member));
                }
            }
            PartClock.leave(around);
        });
    }

    /** The matrices, the most expensive first, each for the thread that has least to do. */
    private List<List<MomentLayout.MuonMatrix>> shares(int threads) {
        List<List<MomentLayout.MuonMatrix>> shares = new ArrayList<>();
        for (int member = 0; member < threads; member++) {
            shares.add(new ArrayList<>());
        }
        double[] costs = new double[threads];
        matrices.stream()
                .sorted(Comparator.comparingDouble(Muon::cost).reversed())
                .forEach(matrix -> {
                    int least = 0;
                    for (int member = 1; member < threads; member++) {
                        least = costs[member] < costs[least] ? member : least;
                    }
                    shares.get(least).add(matrix);
                    costs[least] += cost(matrix);
                });
        return shares;
    }

    /** Multiplications of a step: of an n×m matrix n²m/2 + n³/2 + n²m. */
    private static double cost(MomentLayout.MuonMatrix matrix) {
        double n = Math.min(matrix.rows(), matrix.columns());
        double m = Math.max(matrix.rows(), matrix.columns());
        return n * n * (1.5 * m + 0.5 * n);
    }

    private static void update(
            TrainingState state,
            Floats gradients,
            MomentLayout.MuonMatrix matrix,
            Optimizer.GroupRates rates,
            Workspace workspace) {
        int count = matrix.rows() * matrix.columns();
        float[] update = workspace.row(UPDATE, count);
        gradients.read(matrix.at(), update, 0, count);
        accelerate(state.firstMoment(), matrix.moment(), update, count);
        double norm = norm(update, count);
        VectorOps.scale((float) (1 / (norm + EPSILON)), update, count);
        orthogonalize(update, matrix.rows(), matrix.columns(), workspace);
        float rate = (float) (rates.lr() * SCALE * Math.sqrt(Math.max(matrix.rows(), matrix.columns())));
        float decay = (float) (rates.lr() * rates.weightDecay());
        descend(state.theta(), matrix.at(), update, rate, decay, count);
    }

    /** Replaces gradients by updates. */
    private static void accelerate(float[] moments, int moment, float[] update, int count) {
        float keep = (float) MOMENTUM;
        float take = (float) (1 - MOMENTUM);
        for (int i = 0; i < count; i++) {
            float mean = keep * moments[moment + i] + take * update[i];
            moments[moment + i] = mean;
            update[i] = keep * mean + take * update[i];
        }
    }

    private static double norm(float[] values, int count) {
        double sum = 0;
        for (int i = 0; i < count; i++) {
            sum += (double) values[i] * values[i];
        }
        return Math.sqrt(sum);
    }

    private static void descend(float[] theta, int at, float[] update, float rate, float decay, int count) {
        for (int i = 0; i < count; i++) {
            theta[at + i] = theta[at + i] - decay * theta[at + i] - rate * update[i];
        }
    }

    /** Replaces a matrix of norm 1 by NS of it. */
    static void orthogonalize(float[] values, int rows, int columns, Workspace workspace) {
        int count = rows * columns;
        int n = Math.min(rows, columns);
        FloatArray here = workspace.array(NATIVE_UPDATE, count);
        FloatArray there = workspace.array(NATIVE_NEXT, count);
        here.write(0, values, count);
        Matrix gram = Matrix.of(workspace.array(NATIVE_GRAM, (long) n * n), n, n);
        Matrix square = Matrix.of(workspace.array(NATIVE_SQUARE, (long) n * n), n, n);
        float[] gramValues = workspace.row(GRAM, n * n);
        float[] squareValues = workspace.row(SQUARE, n * n);
        for (Step step : STEPS) {
            Matrix x = wide(here, rows, columns);
            gram.setUpperGram(x);
            gram.read(0, n, gramValues);
            mirror(gramValues, n);
            gram.write(0, n, gramValues);
            square.setUpperGram(gram);
            square.read(0, n, squareValues);
            combine(gramValues, squareValues, step, n);
            mirror(gramValues, n);
            gram.write(0, n, gramValues);
            wide(there, rows, columns).set(gram, x);
            FloatArray swap = here;
            here = there;
            there = swap;
        }
        here.read(0, values, count);
    }

    private static Matrix wide(FloatArray values, int rows, int columns) {
        Matrix matrix = Matrix.of(values, rows, columns);
        return rows > columns ? matrix.t() : matrix;
    }

    /** The upper triangle of a I + b A + c A², in the place of that of A. */
    private static void combine(float[] gram, float[] square, Step step, int n) {
        float b = (float) step.b();
        float c = (float) step.c();
        for (int i = 0; i < n; i++) {
            for (int at = i * n + i; at < (i + 1) * n; at++) {
                gram[at] = b * gram[at] + c * square[at];
            }
            gram[i * n + i] += (float) step.a();
        }
    }

    /** Copies the upper triangle to the lower one, in tiles that stay in the cache. */
    private static void mirror(float[] values, int n) {
        int tile = 32;
        for (int top = 0; top < n; top += tile) {
            for (int left = top; left < n; left += tile) {
                for (int i = top; i < Math.min(top + tile, n); i++) {
                    for (int j = Math.max(left, i + 1); j < Math.min(left + tile, n); j++) {
                        values[j * n + i] = values[i * n + j];
                    }
                }
            }
        }
    }
}
