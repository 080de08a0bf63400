package io.github.hyenaspark.data.shard;

import java.util.Locale;

/** A document's purpose: to train on, or only to be measured on. Each split has its own folder in a dataset. */
public enum Split {
    TRAIN,
    VALIDATION;

    public String folder() {
        return name().toLowerCase(Locale.ROOT);
    }

    public static Split ofFolder(String folder) {
        for (Split split : values()) {
            if (split.folder().equals(folder)) {
                return split;
            }
        }
        throw new IllegalArgumentException("found split \"" + folder + "\", expected train or validation");
    }
}
