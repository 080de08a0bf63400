package io.github.hyenaspark.data.document;

import java.io.Serializable;

/**
 * How FASTA is read: the section {@code data.source.fasta}.
 *
 * @param nRuns what becomes of runs of N or n
 * @param nRunBases shortest run that counts as one, 1 to 65,536 bases
 * @param lowerCase what becomes of lower-case letters
 * @param bed URI of a BED file (contig, start, end, split, with tabs) whose intervals are the documents; empty: every
 *     record is one
 */
public record FastaConfig(NRuns nRuns, int nRunBases, LowerCase lowerCase, String bed) implements Serializable {
    static final int LONGEST_N_RUN_BASES = 1 << 16;

    public FastaConfig {
        if (nRunBases < 1 || nRunBases > LONGEST_N_RUN_BASES) {
            throw new IllegalArgumentException(
                    "data.source.fasta.n-run-bases: found " + nRunBases + ", expected 1 to " + LONGEST_N_RUN_BASES);
        }
    }

    /** The settings' defaults: every record is a document as it is. */
    public static FastaConfig defaults() {
        return new FastaConfig(NRuns.KEEP, 50, LowerCase.KEEP, "");
    }
}
