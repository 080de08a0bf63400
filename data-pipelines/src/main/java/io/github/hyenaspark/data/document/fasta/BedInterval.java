package io.github.hyenaspark.data.document.fasta;

/**
 * Some bases of a FASTA record.
 *
 * @param start first base, 0 or more
 * @param end exclusive
 * @param split what they are for; empty: nobody says
 * @param line in the BED file that asks for it, from 1; 0: none does
 */
record BedInterval(long start, long end, String split, int line) {
    /** A record as it is. */
    static final BedInterval WHOLE = new BedInterval(0, Long.MAX_VALUE, "", 0);

    boolean isWhole() {
        return line == 0;
    }
}
