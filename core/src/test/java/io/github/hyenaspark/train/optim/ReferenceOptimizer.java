package io.github.hyenaspark.train.optim;

import io.github.hyenaspark.model.ParameterEntry;
import io.github.hyenaspark.operator.nn.ParameterSpec;
import io.github.hyenaspark.train.config.TrainConfig;
import java.util.List;
import java.util.Map;

/** {@link Optimizer} in double, straight from the formulas: for golden tests and gradient checks, not for training. */
public final class ReferenceOptimizer {
    private final MomentLayout layout;
    private final double beta1;
    private final double beta2;
    private final double[] firstMoment;
    private final double[] secondMoment;

    /**
     * Starts with zero moments.
     *
     * @param betas β1 and β2 of AdamW
     */
    public ReferenceOptimizer(TrainConfig.Optimizer optimizer, List<ParameterEntry> table, List<Double> betas) {
        layout = MomentLayout.of(optimizer, table);
        beta1 = betas.get(0);
        beta2 = betas.get(1);
        firstMoment = new double[layout.parameters()];
        secondMoment = new double[layout.secondMoments()];
    }

    /** Updates {@code theta} (P) in place; the other parameters as for {@link Optimizer#update}. */
    public void update(
            double[] theta, double[] gradients, long step, Map<ParameterSpec.Group, Optimizer.GroupRates> rates) {
        layout.check("theta", layout.parameters(), theta.length);
        layout.check("gradients", layout.parameters(), gradients.length);
        for (MomentLayout.Span span : layout.spans()) {
            Optimizer.GroupRates group = Optimizer.GroupRates.in(rates, span.group());
            for (int k = 0; k < span.count(); k++) {
                adamW(theta, span.at() + k, gradients[span.at() + k], span.moment() + k, step, group);
            }
        }
        for (MomentLayout.MuonMatrix matrix : layout.matrices()) {
            muon(theta, gradients, matrix, Optimizer.GroupRates.in(rates, ParameterSpec.Group.MATRIX));
        }
    }

    private void adamW(double[] theta, int i, double gradient, int m, long step, Optimizer.GroupRates group) {
        theta[i] -= group.lr() * group.weightDecay() * theta[i];
        firstMoment[m] = beta1 * firstMoment[m] + (1 - beta1) * gradient;
        secondMoment[m] = beta2 * secondMoment[m] + (1 - beta2) * gradient * gradient;
        double first = firstMoment[m] / (1 - StrictMath.pow(beta1, step + 1.0));
        double second = secondMoment[m] / (1 - StrictMath.pow(beta2, step + 1.0));
        theta[i] -= group.lr() * first / (Math.sqrt(second) + AdamW.EPSILON);
    }

    private void muon(double[] theta, double[] gradients, MomentLayout.MuonMatrix matrix, Optimizer.GroupRates group) {
        double[][] update = new double[matrix.rows()][matrix.columns()];
        double squares = 0;
        for (int i = 0; i < matrix.rows(); i++) {
            for (int j = 0; j < matrix.columns(); j++) {
                int element = i * matrix.columns() + j;
                double gradient = gradients[matrix.at() + element];
                int m = matrix.moment() + element;
                firstMoment[m] = Muon.MOMENTUM * firstMoment[m] + (1 - Muon.MOMENTUM) * gradient;
                update[i][j] = Muon.MOMENTUM * firstMoment[m] + (1 - Muon.MOMENTUM) * gradient;
                squares += update[i][j] * update[i][j];
            }
        }
        double[][] orthogonal = newtonSchulz(update, Math.sqrt(squares) + Muon.EPSILON);
        double scale = Muon.SCALE * Math.sqrt(Math.max(matrix.rows(), matrix.columns()));
        for (int i = 0; i < matrix.rows(); i++) {
            for (int j = 0; j < matrix.columns(); j++) {
                int at = matrix.at() + i * matrix.columns() + j;
                theta[at] -= group.lr() * group.weightDecay() * theta[at];
                theta[at] -= group.lr() * scale * orthogonal[i][j];
            }
        }
    }

    private static double[][] newtonSchulz(double[][] u, double norm) {
        boolean tall = u.length > u[0].length;
        double[][] x = tall ? transpose(u) : u;
        for (double[] row : x) {
            for (int j = 0; j < row.length; j++) {
                row[j] /= norm;
            }
        }
        for (Muon.Step step : Muon.STEPS) {
            double[][] gram = product(x, transpose(x));
            double[][] square = product(gram, gram);
            for (int i = 0; i < gram.length; i++) {
                for (int j = 0; j < gram.length; j++) {
                    gram[i][j] = step.b() * gram[i][j] + step.c() * square[i][j] + (i == j ? step.a() : 0);
                }
            }
            x = product(gram, x);
        }
        return tall ? transpose(x) : x;
    }

    private static double[][] transpose(double[][] a) {
        double[][] t = new double[a[0].length][a.length];
        for (int i = 0; i < a.length; i++) {
            for (int j = 0; j < a[0].length; j++) {
                t[j][i] = a[i][j];
            }
        }
        return t;
    }

    private static double[][] product(double[][] a, double[][] b) {
        double[][] c = new double[a.length][b[0].length];
        for (int i = 0; i < a.length; i++) {
            for (int k = 0; k < b.length; k++) {
                for (int j = 0; j < b[0].length; j++) {
                    c[i][j] += a[i][k] * b[k][j];
                }
            }
        }
        return c;
    }
}
