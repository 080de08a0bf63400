package io.github.hyenaspark.jobs.spark.task;

import io.github.hyenaspark.model.HyenaLanguageModel;
import io.github.hyenaspark.model.ModelConfig;

/** Which model a task computes with, and how: {@code recompute} and {@code threads} as in {@code train}. */
public record ModelUse(ModelConfig config, int vocabularySize, String recompute, int threads) {
    /**
     * For forward passes alone. Nothing goes back through the blocks, so nothing is computed again if they keep only
     * their inputs.
     */
    public static ModelUse forward(ModelConfig config, int vocabularySize, int threads) {
        return new ModelUse(config, vocabularySize, "block", threads);
    }

    /** A new model; whoever uses it sets its parameters. */
    HyenaLanguageModel create() {
        HyenaLanguageModel model = HyenaLanguageModel.blank(config, vocabularySize);
        model.useThreads(threads);
        if (recompute.equals("block")) {
            model.recomputeBlocks();
        }
        return model;
    }
}
