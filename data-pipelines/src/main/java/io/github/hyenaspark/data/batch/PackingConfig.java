package io.github.hyenaspark.data.batch;

import java.io.Serializable;

/**
 * What a {@link PackingPlan} is made by.
 *
 * @param strategy how documents are put together
 * @param length L, inputs of a sequence, at least 1
 */
public record PackingConfig(PackingStrategy strategy, int length) implements Serializable {
    public PackingConfig {
        if (length < 1) {
            throw new IllegalArgumentException("a sequence has at least 1 token, found " + length);
        }
    }
}
