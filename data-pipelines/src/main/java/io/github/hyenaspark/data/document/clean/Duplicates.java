package io.github.hyenaspark.data.document.clean;

/** What happens to documents that say the same. */
public enum Duplicates {
    /** All of them stay. */
    KEEP,
    /** Of documents with the same text only the first stays. */
    EXACT,
    /** Of documents with nearly the same text, by {@link MinHash}, only the first stays. */
    NEAR
}
