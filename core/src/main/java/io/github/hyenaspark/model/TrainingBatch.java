package io.github.hyenaspark.model;

/** What a model learns from in one local step. */
public interface TrainingBatch {
    /** How many losses its mean loss is of: tokens, or documents. */
    int countedTargets();
}
