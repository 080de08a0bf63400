package io.github.hyenaspark.jobs.spark.prepare;

import io.github.hyenaspark.data.token.train.TopWords;

/**
 * The counts of some of the words of an input.
 *
 * @param words the most frequent ones, and what was cut
 * @param refused how many documents were not read to their end, because their text is malformed
 */
public record WordCountPart(TopWords.Selection words, long refused) {}
