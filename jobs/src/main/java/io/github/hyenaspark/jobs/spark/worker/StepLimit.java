package io.github.hyenaspark.jobs.spark.worker;

import java.io.Serializable;
import java.util.List;
import java.util.function.IntPredicate;

/** How many of a round's local steps a worker does at most. */
public sealed interface StepLimit extends Serializable {
    /** Whether a worker that began at this {@link System#nanoTime} takes another step after so many. */
    IntPredicate of(int worker, long beginNanos);

    record None() implements StepLimit {
        @Override
        public IntPredicate of(int worker, long beginNanos) {
            return done -> true;
        }
    }

    /** As many as begin within some time. */
    record Time(long nanos) implements StepLimit {
        @Override
        public IntPredicate of(int worker, long beginNanos) {
            return done -> System.nanoTime() - beginNanos < nanos;
        }
    }

    /** As many as it did before; 0 if its result came too late and did not count. */
    record Counts(List<Integer> steps) implements StepLimit {
        @Override
        public IntPredicate of(int worker, long beginNanos) {
            return done -> done < steps.get(worker);
        }
    }
}
