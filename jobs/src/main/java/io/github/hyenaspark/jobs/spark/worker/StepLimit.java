package io.github.hyenaspark.jobs.spark.worker;

import java.io.Serializable;
import java.util.List;
import java.util.function.IntPredicate;

/** How many of a round's local steps a worker does at most. */
public sealed interface StepLimit extends Serializable {
    /**
     * Whether the worker takes another step after so many.
     *
     * @param beginNanos when it began, by {@link System#nanoTime}
     */
    IntPredicate of(int worker, long beginNanos);

    /** All of them. */
    record None() implements StepLimit {
        @Override
        public IntPredicate of(int worker, long beginNanos) {
            return done -> true;
        }
    }

    /**
     * As many as begin within some time.
     *
     * @param nanos the time
     */
    record Time(long nanos) implements StepLimit {
        @Override
        public IntPredicate of(int worker, long beginNanos) {
            return done -> System.nanoTime() - beginNanos < nanos;
        }
    }

    /**
     * As many as it did before.
     *
     * @param steps of every worker; 0 for one whose result came too late and did not count
     */
    record Counts(List<Integer> steps) implements StepLimit {
        @Override
        public IntPredicate of(int worker, long beginNanos) {
            return done -> done < steps.get(worker);
        }
    }
}
