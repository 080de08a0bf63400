package io.github.hyenaspark.data.batch;

import io.github.hyenaspark.config.SettingNames;
import java.io.Serializable;

/** How a {@link PackingPlan} packs sequences of L inputs, at least 1. */
public record PackingConfig(Strategy strategy, int length) implements Serializable {
    public PackingConfig {
        if (length < 1) {
            throw new IllegalArgumentException("a sequence has at least 1 token, found " + length);
        }
    }

    /** How documents are put into sequences of L inputs. */
    public enum Strategy {
        /** Documents are cut into full sequences; the rests are packed together in the order of the documents. */
        CONTIGUOUS,
        /** The same, but the longest rests are packed first, which leaves less padding. */
        BEST_FIT,
        /** No sequence holds two documents; a document's last one may be short. */
        SINGLE,
        /** All documents concatenated, including their ends, and cut every L tokens: the common way. */
        CONCAT;

        /**
         * Bytes that an executor holds for each document at most, of its index and its plan, while documents have below
         * 2^24 tokens and there are below 2^28 of them.
         */
        public int bytesPerDocument() {
            return switch (this) {
                case CONTIGUOUS, CONCAT -> 8;
                case BEST_FIT -> 14;
                case SINGLE -> 5;
            };
        }

        public String settingName() {
            return SettingNames.of(this);
        }
    }
}
