package io.github.hyenaspark.jobs.spark.evaluation;

import io.github.hyenaspark.model.LossSum;
import java.util.Optional;

/**
 * What a model makes of one document.
 *
 * @param id as in the document table
 * @param path of its file, relative to the input
 * @param position in that file
 * @param bytes of its text
 * @param loss of all its targets
 * @param lastTokenLikeliest whether the model finds no token more likely than the last one of the text; empty if that
 *     one does not count
 */
public record DocumentLoss(
        String id, String path, long position, long bytes, LossSum loss, Optional<Boolean> lastTokenLikeliest) {}
