package io.github.hyenaspark.data.document;

/** What becomes of lower-case letters in FASTA records, by which repeats are usually marked. */
public enum LowerCase {
    /** They stay. */
    KEEP,
    /** Each comes as {@code #}. */
    MASK
}
