package io.github.hyenaspark.jobs.spark.evaluation;

import io.github.hyenaspark.model.LossByPosition;

/**
 * The loss over one chunk of the held-out sequences.
 *
 * @param chunk its number; sums are merged in this order
 * @param loss by place in the sequence
 */
public record ChunkLoss(int chunk, LossByPosition loss) {}
