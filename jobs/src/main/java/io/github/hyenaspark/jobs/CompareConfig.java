package io.github.hyenaspark.jobs;

import io.github.hyenaspark.operator.Mixer;
import java.util.List;

/**
 * The section {@code compare} of the settings.
 *
 * @param dir directory of the comparison: a run for each cell, the page and its figures
 * @param mixers that are compared, the first of them with the others
 * @param lengths of the sequences that each is trained on, tokens
 * @param speedLengths of the sequences at which the speed of a step is measured, tokens; none to measure none
 */
record CompareConfig(String dir, List<Mixer> mixers, List<Integer> lengths, List<Integer> speedLengths) {
    CompareConfig {
        if (dir.isBlank()) {
            throw new IllegalArgumentException("dir: found \"" + dir + "\", expected a directory for the comparison");
        }
        mixers = unique("mixers", mixers);
        lengths = unique("lengths", lengths);
        speedLengths = List.copyOf(speedLengths);
        if (mixers.isEmpty() || lengths.isEmpty()) {
            throw new IllegalArgumentException("mixers and lengths: found " + mixers.size() + " and " + lengths.size()
                    + " of them, expected at least one of each");
        }
    }

    private static <T> List<T> unique(String key, List<T> values) {
        if (values.stream().distinct().count() < values.size()) {
            throw new IllegalArgumentException(key + ": found " + values + ", expected each once");
        }
        return List.copyOf(values);
    }
}
