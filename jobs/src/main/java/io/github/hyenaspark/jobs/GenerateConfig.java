package io.github.hyenaspark.jobs;

/**
 * The section {@code generate}.
 *
 * @param prompt the text to continue; may be empty
 * @param tokens how many tokens to write, at least 1
 * @param temperature 0 for the likeliest token always
 * @param topK choose among the k likeliest, 0 for all
 * @param topP choose among the likeliest of this total probability
 * @param seed of the choices
 */
record GenerateConfig(String prompt, int tokens, double temperature, int topK, double topP, long seed) {
    GenerateConfig {
        if (tokens < 1) {
            throw new IllegalArgumentException("tokens: found " + tokens + ", expected at least 1");
        }
    }
}
