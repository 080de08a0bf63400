/** Documents of FASTA files: records, or the intervals of a BED file. Start at {@link FastaDocuments}. */
@NullMarked
package io.github.hyenaspark.data.document.fasta;

import org.jspecify.annotations.NullMarked;
