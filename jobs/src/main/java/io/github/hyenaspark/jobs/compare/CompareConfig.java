package io.github.hyenaspark.jobs.compare;

import io.github.hyenaspark.operator.block.Mixer;
import java.util.List;

/**
 * The section {@code compare} of the settings.
 *
 * @param dir directory of the comparison: a run for each cell, the page and its figures
 * @param mixers that are compared, the first of them with the others
 * @param lengths of the sequences that each is trained on, tokens; of a task the symbols before the question; none to
 *     train none
 * @param equal what the runs of a length have in common
 * @param rates learning rates that every mixer is trained with at every length, of which its best counts; none for that
 *     of {@code train}
 * @param speedLengths of the sequences at which steps are measured, tokens; none to measure none
 */
record CompareConfig(
        String dir,
        List<Mixer> mixers,
        List<Integer> lengths,
        Equal equal,
        List<Double> rates,
        List<Integer> speedLengths) {
    CompareConfig {
        if (dir.isBlank()) {
            throw new IllegalArgumentException("dir: found \"" + dir + "\", expected a directory for the comparison");
        }
        mixers = unique("mixers", mixers);
        lengths = unique("lengths", lengths);
        rates = unique("rates", rates);
        speedLengths = unique("speed-lengths", speedLengths);
        if (mixers.isEmpty() || (lengths.isEmpty() && speedLengths.isEmpty())) {
            throw new IllegalArgumentException("mixers, lengths, speed-lengths: found " + mixers.size() + ", "
                    + lengths.size() + ", " + speedLengths.size() + " of them, expected a mixer and a length");
        }
        positive("lengths", lengths);
        positive("rates", rates);
        positive("speed-lengths", speedLengths);
    }

    /** What the runs of a length have in common. */
    enum Equal {
        /** All have the same rounds, and so the same tokens. */
        TOKENS,
        /** The first mixer has all rounds, the others as many as their measured steps allow in its time. */
        TIME
    }

    private static <T> List<T> unique(String key, List<T> values) {
        if (values.stream().distinct().count() < values.size()) {
            throw new IllegalArgumentException(key + ": found " + values + ", expected each once");
        }
        return List.copyOf(values);
    }

    private static void positive(String key, List<? extends Number> values) {
        if (values.stream().anyMatch(value -> !(value.doubleValue() > 0))) {
            throw new IllegalArgumentException(key + ": found " + values + ", expected numbers above 0");
        }
    }
}
