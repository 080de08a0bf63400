package io.github.hyenaspark.jobs.infer;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.hyenaspark.model.Sampling;
import java.util.List;
import java.util.stream.StreamSupport;

/**
 * The section {@code generate}.
 *
 * @param prompt the text to continue; may be empty
 * @param prompts instead of {@code prompt}: a list of texts to continue, or the name of a file with one on each line;
 *     empty for none
 * @param tokens how many tokens to write at most, at least 1
 * @param stop texts before which a continuation ends
 * @param temperature 0 for the likeliest token always
 * @param topK choose among the k likeliest, 0 for all
 * @param topP choose among the likeliest of this total probability
 * @param seed of the choices; one more for each further prompt
 */
record GenerateConfig(
        String prompt,
        JsonNode prompts,
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
        if (!prompts.isTextual() && !isTexts(prompts)) {
            throw new IllegalArgumentException(
                    "prompts: found " + prompts + ", expected a file or a list of texts, as in [\"a\", \"b\"]");
        }
        if (!prompt.isEmpty() && hasAny(prompts)) {
            throw new IllegalArgumentException("prompts: found " + prompts.asText(prompts.toString())
                    + " beside a prompt, expected one of the two; leave one out");
        }
        if (stop.contains("")) {
            throw new IllegalArgumentException("stop: found an empty text, expected at least one character in each");
        }
        stop = List.copyOf(stop);
        Sampling.of(temperature, topK, topP); // refuses what makes no sense
    }

    private static boolean isTexts(JsonNode list) {
        return list.isArray() && StreamSupport.stream(list.spliterator(), false).allMatch(JsonNode::isTextual);
    }

    private static boolean hasAny(JsonNode prompts) {
        return !prompts.isEmpty() || !prompts.asText().isEmpty();
    }

    /** Whether there is any text to continue. */
    boolean hasPrompt() {
        return !prompt.isEmpty() || hasAny(prompts);
    }

    /** How tokens are chosen. */
    Sampling sampling() {
        return Sampling.of(temperature, topK, topP);
    }
}
