package io.github.hyenaspark.data.shard;

import java.util.Locale;

/** What a document is for. Each split has a folder of its own in a dataset. */
public enum Split {
    /** Documents that are learnt from. */
    TRAIN,
    /** Documents that are only measured on. */
    VALIDATION;

    /** The name of its folder, also in manifests. */
    public String folder() {
        return name().toLowerCase(Locale.ROOT);
    }

    /**
     * The split of a folder's name.
     *
     * @throws IllegalArgumentException if there is none
     */
    public static Split ofFolder(String folder) {
        for (Split split : values()) {
            if (split.folder().equals(folder)) {
                return split;
            }
        }
        throw new IllegalArgumentException("found split \"" + folder + "\", expected train or validation");
    }
}
