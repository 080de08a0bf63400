package io.github.hyenaspark.data.task;

import io.github.hyenaspark.io.Refusal;

/**
 * The section {@code task} of the settings: the examples that {@code data.input=task:NAME} stands for, of V symbols,
 * two of them signs, and so many before the question.
 */
public record TaskConfig(int vocabulary, int length, int examples, int validationExamples, long seed) {
    public TaskConfig {
        Refusal.below(4, "vocabulary", vocabulary);
        Refusal.below(2, "length", length);
        Refusal.below(1, "examples", examples);
        Refusal.below(1, "validation-examples", validationExamples);
    }

    int numbers() {
        return vocabulary - 2;
    }
}
