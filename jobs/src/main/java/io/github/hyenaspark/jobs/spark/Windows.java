package io.github.hyenaspark.jobs.spark;

import io.github.hyenaspark.io.Refusal;
import java.io.Serializable;

/**
 * How documents are cut into sequences of at most {@code longest} inputs, each of which begins with the last
 * {@code overlap} inputs of the one before, in [0, longest).
 */
record Windows(int longest, int overlap) implements Serializable {
    Windows {
        String expected = "0 to " + (longest - 1) + ", less than the model's longest sequence";
        Refusal.unless(overlap >= 0 && overlap < longest, "overlap", overlap, expected);
    }

    static Windows halfOverlapping(int longest) {
        return new Windows(longest, longest / 2);
    }
}
