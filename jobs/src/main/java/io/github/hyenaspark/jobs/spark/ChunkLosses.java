package io.github.hyenaspark.jobs.spark;

import io.github.hyenaspark.model.LossByPosition;

/**
 * The losses of one chunk of sequences. Not compared by {@code equals}: it holds arrays, which are not copied.
 *
 * @param chunk its number; sums are merged in this order
 * @param all by place in the sequence
 * @param full the same of the sequences that have no padding
 * @param nats of each sequence, in order
 * @param tokens how many targets of each sequence count
 */
record ChunkLosses(int chunk, LossByPosition all, LossByPosition full, double[] nats, int[] tokens) {}
