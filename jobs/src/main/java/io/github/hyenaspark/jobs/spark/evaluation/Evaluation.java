package io.github.hyenaspark.jobs.spark.evaluation;

import io.github.hyenaspark.model.LossByPosition;

/**
 * What a model makes of some documents, all together.
 *
 * @param documents how many
 * @param bytes of their texts
 * @param lastTokens documents whose last token counts
 * @param lastTokensLikeliest how many of these the model finds no token more likely than
 * @param all losses by place in the sequence
 * @param full the same of the sequences that have no padding, so that every place has the same sequences
 */
public record Evaluation(
        long documents,
        long bytes,
        long lastTokens,
        long lastTokensLikeliest,
        LossByPosition all,
        LossByPosition full) {}
