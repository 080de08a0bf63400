package io.github.hyenaspark.data.batch;

import java.util.Locale;

/** How documents are put into sequences of L inputs. */
public enum PackingStrategy {
    /**
     * Each document is cut into full sequences; what is left of each, and documents that fill none, are packed together
     * in the order of the documents.
     */
    CONTIGUOUS,
    /** The same, but the longest rests are packed first, which leaves less padding. */
    BEST_FIT,
    /** No sequence holds two documents; the last one of each document may be short. */
    SINGLE,
    /** All documents one after the other, their ends included, cut every L tokens: what most others do. */
    CONCAT;

    /** Its name in the settings. */
    public String settingName() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
