package io.github.hyenaspark.jobs.prepare;

/**
 * The section {@code tokenizer}.
 *
 * @param output directory of the files of the new tokenizer
 * @param vocab V, ids, at least 257
 * @param maxWords how many different words are learned from, the most frequent ones; at least 1
 * @param minFrequency a pair that occurs less often is not merged; at least 1
 */
record TokenizerConfig(String output, int vocab, int maxWords, long minFrequency) {
    private static final int FEWEST_IDS = 257;

    TokenizerConfig {
        atLeast("vocab", vocab, FEWEST_IDS);
        atLeast("max-words", maxWords, 1);
        atLeast("min-frequency", minFrequency, 1);
    }

    private static void atLeast(String key, long found, long least) {
        if (found < least) {
            throw new IllegalArgumentException(
                    "tokenizer." + key + ": found " + found + ", expected at least " + least);
        }
    }
}
