package io.github.hyenaspark.jobs.spark;

import io.github.hyenaspark.model.LossSum;

/**
 * The loss over one chunk of the held-out sequences.
 *
 * @param chunk its number; sums are merged in this order
 * @param loss nats and tokens
 */
record ChunkLoss(int chunk, LossSum loss) {}
