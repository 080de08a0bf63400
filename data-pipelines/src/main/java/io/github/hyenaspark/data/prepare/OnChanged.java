package io.github.hyenaspark.data.prepare;

/** What to do about a file that has changed since it was prepared. */
public enum OnChanged {
    /** Stop and name it. */
    STOP,
    /** Prepare it again; its old documents leave the dataset. */
    REPLACE
}
