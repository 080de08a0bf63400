package io.github.hyenaspark.jobs.infer;

import io.github.hyenaspark.data.shard.Split;

/**
 * The section {@code evaluate}.
 *
 * @param split the documents to measure
 * @param maxDocuments at most so many, spread evenly over the split; 0 for all
 * @param output directory of the results; empty for {@code evaluation} in the run's directory
 */
record EvaluateConfig(Split split, long maxDocuments, String output) {
    EvaluateConfig {
        if (maxDocuments < 0) {
            throw new IllegalArgumentException(
                    "evaluate.max-documents: found " + maxDocuments + ", expected at least 1, or 0 for all");
        }
    }
}
