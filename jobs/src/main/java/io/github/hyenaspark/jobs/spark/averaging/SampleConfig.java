package io.github.hyenaspark.jobs.spark.averaging;

/**
 * The section {@code run.sample}: texts in the report of a run, which show what its model has learnt.
 *
 * @param everyRounds rounds between two of them; 0 for none
 * @param prompt that they continue; empty for the beginning of a document
 * @param tokens of each at most, at least 1
 */
public record SampleConfig(long everyRounds, String prompt, int tokens) {
    public SampleConfig {
        if (everyRounds < 0) {
            throw new IllegalArgumentException(
                    "every-rounds: found " + everyRounds + ", expected 0 (no samples) or more");
        }
        if (tokens < 1) {
            throw new IllegalArgumentException("tokens: found " + tokens + ", expected at least 1");
        }
    }
}
