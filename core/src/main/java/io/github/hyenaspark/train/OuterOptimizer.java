package io.github.hyenaspark.train;

import java.util.List;

/**
 * Makes one state of what the workers bring back from a round, on the driver. With w_k the share of worker k in the
 * round's tokens, all per element and in double, rounded once:
 *
 * <pre>
 *   g = Σ_k w_k (θ - θ_k)      v ← μ v + g      θ ← θ - η (g + μ v)
 * </pre>
 *
 * which is Nesterov's rule as DiLoCo uses it (arXiv 2311.08105). η = 1 with μ = 0 is computed as the mean Σ_k w_k θ_k
 * itself: θ - (θ - θ_k) is not θ_k in floating point, and one worker must train as if there were no averaging at all.
 * The moments are averaged with the same weights.
 *
 * <p>Sums run in worker order, so the result does not depend on the order of arrival. Every round has new arrays; what
 * was passed in is left as it is.
 */
public final class OuterOptimizer {
    private final OuterConfig config;
    private float[] momentum;

    private OuterOptimizer(OuterConfig config, float[] momentum) {
        this.config = config;
        this.momentum = momentum;
    }

    /**
     * An optimiser at the start of a run or where a checkpoint left it.
     *
     * @param momentum v, P elements: zeros at the start of a run, a checkpoint's when it goes on; not copied
     */
    public static OuterOptimizer of(OuterConfig config, float[] momentum) {
        return new OuterOptimizer(config, momentum);
    }

    /** v after the last merge, P; do not change it. The plain mean (η = 1, μ = 0) leaves it as it was given. */
    public float[] momentum() {
        return momentum;
    }

    /**
     * The state that the next round starts from.
     *
     * @param start what every worker started from
     * @param results of all workers, in worker order
     * @throws IllegalArgumentException if a worker is missing or out of order, or sizes differ, or no token was trained
     *     on
     * @throws ArithmeticException if a result is not finite; the message names the worker
     */
    public TrainingState merge(TrainingState start, List<RoundResult> results) {
        check(start, results);
        double[] weights = weights(results);
        float[][] thetas = results.stream().map(r -> r.state().theta()).toArray(float[][]::new);
        float[][] firsts = results.stream().map(r -> r.state().firstMoment()).toArray(float[][]::new);
        float[][] seconds = results.stream().map(r -> r.state().secondMoment()).toArray(float[][]::new);
        boolean plainMean = config.lr() == 1 && config.momentum() == 0;
        float[] theta = plainMean ? mean(weights, thetas) : outerStep(start.theta(), weights, thetas);
        return new TrainingState(theta, mean(weights, firsts), mean(weights, seconds));
    }

    private float[] outerStep(float[] theta, double[] weights, float[][] thetas) {
        float[] nextTheta = new float[theta.length];
        float[] nextMomentum = new float[theta.length];
        for (int i = 0; i < theta.length; i++) {
            double g = 0;
            for (int k = 0; k < weights.length; k++) {
                g += weights[k] * ((double) theta[i] - thetas[k][i]);
            }
            double v = config.momentum() * momentum[i] + g;
            nextMomentum[i] = (float) v;
            nextTheta[i] = (float) (theta[i] - config.lr() * (g + config.momentum() * v));
        }
        momentum = nextMomentum;
        return nextTheta;
    }

    /** Begins with worker 0's term, not with 0, which would turn a lone -0 into 0. */
    private static float[] mean(double[] weights, float[][] values) {
        float[] mean = new float[values[0].length];
        for (int i = 0; i < mean.length; i++) {
            double sum = weights[0] * values[0][i];
            for (int k = 1; k < weights.length; k++) {
                sum += weights[k] * values[k][i];
            }
            mean[i] = (float) sum;
        }
        return mean;
    }

    private static double[] weights(List<RoundResult> results) {
        long total = results.stream().mapToLong(RoundResult::tokens).reduce(0, Math::addExact);
        if (total == 0) {
            throw new IllegalArgumentException("no worker trained on any token, found 0 in " + results.size()
                    + " results; the dataset may be shorter than one batch");
        }
        return results.stream().mapToDouble(r -> (double) r.tokens() / total).toArray();
    }

    private void check(TrainingState start, List<RoundResult> results) {
        int parameterCount = start.parameterCount();
        if (momentum.length != parameterCount) {
            throw new IllegalArgumentException("the outer momentum must have as many elements as the parameters, "
                    + parameterCount + ", found " + momentum.length);
        }
        if (results.isEmpty()) {
            throw new IllegalArgumentException("a round needs the result of at least one worker, found none");
        }
        for (int k = 0; k < results.size(); k++) {
            RoundResult result = results.get(k);
            if (result.worker() != k) {
                throw new IllegalArgumentException("results must be in worker order, each worker once: expected worker "
                        + k + " at place " + k + ", found worker " + result.worker());
            }
            if (result.state().parameterCount() != parameterCount) {
                throw new IllegalArgumentException("worker " + k + " must return " + parameterCount
                        + " parameters, found " + result.state().parameterCount());
            }
            checkFinite(k, "theta", result.state().theta());
            checkFinite(k, "first moment", result.state().firstMoment());
            checkFinite(k, "second moment", result.state().secondMoment());
        }
    }

    private static void checkFinite(int worker, String name, float[] values) {
        for (int i = 0; i < values.length; i++) {
            if (!Float.isFinite(values[i])) {
                throw new ArithmeticException("worker " + worker + " diverged: its " + name + " has " + values[i]
                        + " at element " + i + ", expected finite numbers; try a lower train.lr or train.clip-norm");
            }
        }
    }
}
