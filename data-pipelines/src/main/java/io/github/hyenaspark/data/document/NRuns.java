package io.github.hyenaspark.data.document;

/** What becomes of long runs of unknown bases, N, in FASTA records. */
public enum NRuns {
    /** They stay. */
    KEEP,
    /** Every base of them comes as {@code #}. */
    MASK,
    /** The pieces between them are documents of their own. */
    SPLIT
}
