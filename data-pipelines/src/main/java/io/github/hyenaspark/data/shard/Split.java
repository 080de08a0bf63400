package io.github.hyenaspark.data.shard;

import java.util.Locale;

/** A document's purpose. Each split has its own folder in a dataset. */
public enum Split {
    /** Documents to train on. */
    TRAIN,
    /** Documents that are only measured on. */
    VALIDATION;

    /** Its folder's name, also in manifests. */
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
