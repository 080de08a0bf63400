package io.github.hyenaspark.jobs.spark.task;

import io.github.hyenaspark.model.ModelConfig;

/**
 * Which model a task computes with, and how.
 *
 * @param config the architecture
 * @param vocabularySize V, ids
 * @param recompute what its blocks keep, as {@code train.recompute} says
 * @param threads how many compute it, as {@code train.threads} says
 */
public record ModelUse(ModelConfig config, int vocabularySize, String recompute, int threads) {}
