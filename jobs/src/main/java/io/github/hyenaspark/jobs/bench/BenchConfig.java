package io.github.hyenaspark.jobs.bench;

/**
 * The section {@code bench}.
 *
 * @param batch B, sequences, or rows of each channel
 * @param channels D of {@code bench conv}
 * @param length L, tokens or elements; of {@code bench generate} the tokens of the prompt
 * @param tokens that {@code bench generate} generates
 * @param threads that compute
 * @param steps timed repeats; 0 for as many as fit in 5 seconds, at least 5 (2 if they take a minute) and at most 15
 * @param vocab V of {@code bench step} and {@code bench generate}, ids
 * @param text file of {@code bench tokens} and {@code bench prepare}; empty for a generated text
 * @param parameters P of {@code bench round}
 * @param rounds of {@code bench round} that are timed
 * @param warmUpRounds before them, in which workers compute as little as can be: what Spark does once a round is only
 *     compiled after many of them
 * @param seconds that a worker of {@code bench round} computes in a round
 * @param gigabits a second of every machine's network, to which {@code bench round} projects
 * @param mebibytes of input of {@code bench prepare}, MiB; a quarter of it for the slow tokenizer
 */
record BenchConfig(
        int batch,
        int channels,
        int length,
        int tokens,
        int threads,
        int steps,
        int vocab,
        String text,
        int parameters,
        int rounds,
        int warmUpRounds,
        double seconds,
        double gigabits,
        int mebibytes) {
    BenchConfig {
        atLeast("batch", batch, 1);
        atLeast("channels", channels, 1);
        atLeast("length", length, 1);
        atLeast("tokens", tokens, 1);
        atLeast("threads", threads, 1);
        atLeast("steps", steps, 0);
        atLeast("vocab", vocab, 1);
        atLeast("parameters", parameters, 1);
        atLeast("rounds", rounds, 1);
        atLeast("warm-up-rounds", warmUpRounds, 0);
        atLeast("mebibytes", mebibytes, 1);
        if (!(seconds >= 0)) {
            throw new IllegalArgumentException("bench.seconds: found " + seconds + ", expected 0 or more");
        }
        if (!(gigabits > 0)) {
            throw new IllegalArgumentException("bench.gigabits: found " + gigabits + ", expected more than 0");
        }
    }

    private static void atLeast(String key, int found, int least) {
        if (found < least) {
            throw new IllegalArgumentException(key + ": found " + found + ", expected at least " + least);
        }
    }
}
