package io.github.hyenaspark.jobs.spark.task;

import io.github.hyenaspark.model.LabelModel;

/** Which model of labels a task computes with, and how: {@code recompute} and {@code threads} as in {@code train}. */
public record LabelUse(LabelModel.Spec spec, String recompute, int threads) {
    /** For forward passes alone, as {@link ModelUse#forward}. */
    public static LabelUse forward(LabelModel.Spec spec, int threads) {
        return new LabelUse(spec, "block", threads);
    }

    /** A new model; whoever uses it sets its parameters. */
    LabelModel create() {
        LabelModel model = LabelModel.blank(spec);
        model.useThreads(threads);
        if (recompute.equals("block")) {
            model.recomputeBlocks();
        }
        return model;
    }
}
