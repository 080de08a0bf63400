package io.github.hyenaspark.jobs;

import java.util.List;

/**
 * The section {@code generate}.
 *
 * @param prompt the text to continue; may be empty
 * @param prompts file with a text to continue on each line, instead of {@code prompt}; empty for none
 * @param tokens how many tokens to write at most, at least 1
 * @param stop texts before which a continuation ends
 * @param temperature 0 for the likeliest token always
 * @param topK choose among the k likeliest, 0 for all
 * @param topP choose among the likeliest of this total probability
 * @param seed of the choices; one more for each further prompt
 */
record GenerateConfig(
        String prompt,
        String prompts,
        int tokens,
        List<String> stop,
        double temperature,
        int topK,
        double topP,
        long seed) {
    GenerateConfig {
        if (tokens < 1) {
            throw new IllegalArgumentException("tokens: found " + tokens + ", expected at least 1");
        }
        if (!prompt.isEmpty() && !prompts.isEmpty()) {
            throw new IllegalArgumentException(
                    "prompts: found " + prompts + " beside a prompt, expected one of the two; leave one out");
        }
        if (stop.contains("")) {
            throw new IllegalArgumentException("stop: found an empty text, expected at least one character in each");
        }
        stop = List.copyOf(stop);
    }
}
