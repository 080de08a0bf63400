package io.github.hyenaspark.data.task;

/**
 * The section {@code task} of the settings: the examples that {@code data.input=task:NAME} stands for, of V symbols,
 * two of them signs, and so many before the question.
 */
public record TaskConfig(int vocabulary, int length, int examples, int validationExamples, long seed) {
    public TaskConfig {
        atLeast("vocabulary", vocabulary, 4);
        atLeast("length", length, 2);
        atLeast("examples", examples, 1);
        atLeast("validation-examples", validationExamples, 1);
    }

    private static void atLeast(String key, int found, int least) {
        if (found < least) {
            throw new IllegalArgumentException(key + ": found " + found + ", expected at least " + least);
        }
    }

    int numbers() {
        return vocabulary - 2;
    }
}
