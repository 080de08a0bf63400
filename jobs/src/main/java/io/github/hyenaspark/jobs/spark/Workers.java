package io.github.hyenaspark.jobs.spark;

import io.github.hyenaspark.model.LossSum;
import io.github.hyenaspark.train.TrainingState;
import java.util.List;

/** The K workers of a run as the round loop sees them: on Spark in a job, in the same thread in a test of the loop. */
public interface Workers {
    /**
     * Sends a state to where the workers are. Sending the same object again does nothing.
     *
     * @return nanoseconds it took
     */
    long send(TrainingState state);

    /**
     * Lets every worker do its local steps of one round.
     *
     * @param round r, from 0
     * @return one result per worker, in the order of the workers
     */
    List<WorkerRound> train(long round, TrainingState start);

    /**
     * The loss over all held-out sequences.
     *
     * @param rounds rounds done so far
     * @return no tokens if nothing is held out
     */
    LossSum heldOut(long rounds, TrainingState state);
}
