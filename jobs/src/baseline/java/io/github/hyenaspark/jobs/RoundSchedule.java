package io.github.hyenaspark.jobs;

import io.github.hyenaspark.train.config.TrainConfig;
import io.github.hyenaspark.train.optim.LearningRate;
import org.nd4j.linalg.schedule.ISchedule;

/**
 * Our learning rate for the workers of DL4J's parameter averaging. These count their steps from 0 again in every round,
 * because the clone of a graph's configuration loses its number of iterations; so a round has a schedule of its own
 * that knows the steps before it. Adam's bias correction goes by the same count: where the moments go on, the rate
 * makes up for it, and where they begin again, as the count does, it is right as it is.
 *
 * @param lr highest rate
 * @param rate over the run
 * @param begin steps before the round
 * @param goesOn whether the moments go on from round to round
 * @param beta1 of Adam
 * @param beta2 of Adam
 */
record RoundSchedule(double lr, LearningRate rate, long begin, boolean goesOn, double beta1, double beta2)
        implements ISchedule {
    private static final long serialVersionUID = 1;

    static RoundSchedule of(TrainConfig train, long round, boolean goesOn) {
        return new RoundSchedule(
                train.lr(),
                LearningRate.of(train),
                train.stepsBefore(round),
                goesOn,
                train.betas().get(0),
                train.betas().get(1));
    }

    @Override
    public double valueAt(int iteration, int epoch) {
        long step = begin + iteration;
        double rate = this.rate.at(lr, step);
        return goesOn ? rate * correction(step) / correction(iteration) : rate;
    }

    /** By which Adam multiplies the rate after so many steps. */
    private double correction(long step) {
        return Math.sqrt(1 - Math.pow(beta2, step + 1.0)) / (1 - Math.pow(beta1, step + 1.0));
    }

    @Override
    public ISchedule clone() {
        return this;
    }
}
