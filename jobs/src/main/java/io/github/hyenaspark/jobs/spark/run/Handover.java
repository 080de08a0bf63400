package io.github.hyenaspark.jobs.spark.run;

import java.util.Optional;

/**
 * Holds a large value until somebody takes it, so that those who had it before, and wait meanwhile, do not keep it in
 * memory. For one thread at a time.
 */
public final class Handover<T> {
    private Optional<T> held;

    public Handover(T value) {
        held = Optional.of(value);
    }

    /** The value, still held; throws if it was taken. */
    public T value() {
        return held.orElseThrow();
    }

    public void replace(T value) {
        held = Optional.of(value);
    }

    /** The value, from now on the caller's alone; throws if it was taken before. */
    public T take() {
        T taken = value();
        held = Optional.empty();
        return taken;
    }
}
