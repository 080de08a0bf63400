package io.github.hyenaspark.data.task;

import io.github.hyenaspark.io.Refusal;

/**
 * The section {@code task} of the settings: the examples that {@code data.input=task:NAME} stands for, of V symbols,
 * two of them signs, and so many before the question.
 *
 * @param minLength of the examples of different lengths that {@link Task#LISTOPS} has; 0: a quarter of the length
 */
public record TaskConfig(int vocabulary, int length, int minLength, int examples, int validationExamples, long seed) {
    public TaskConfig {
        Refusal.below(4, "vocabulary", vocabulary);
        Refusal.below(2, "length", length);
        boolean fits = minLength >= 0 && minLength <= length;
        Refusal.unless(fits, "min-length", minLength, "0 to length, " + length);
        Refusal.below(1, "examples", examples);
        Refusal.below(1, "validation-examples", validationExamples);
    }

    int numbers() {
        return vocabulary - 2;
    }

    int shortest() {
        return minLength > 0 ? minLength : length / 4;
    }
}
