package io.github.hyenaspark.jobs.spark;

import io.github.hyenaspark.model.LossSum;

/**
 * What a model makes of one document.
 *
 * @param id as in the document table
 * @param path of its file, relative to the input
 * @param position in that file
 * @param bytes of its text
 * @param loss of all its targets
 */
public record DocumentLoss(String id, String path, long position, long bytes, LossSum loss) {}
