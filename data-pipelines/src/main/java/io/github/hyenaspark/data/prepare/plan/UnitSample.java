package io.github.hyenaspark.data.prepare.plan;

import io.github.hyenaspark.data.document.DocumentReader.BadFileException;
import io.github.hyenaspark.data.document.InputFile.Slice;
import io.github.hyenaspark.data.document.SourceConfig;
import io.github.hyenaspark.data.document.input.DocumentReaders.FileFormat;
import io.github.hyenaspark.data.prepare.DatasetSpec;
import io.github.hyenaspark.data.prepare.unit.UnitOutput;
import io.github.hyenaspark.data.prepare.unit.WorkUnit;
import io.github.hyenaspark.data.shard.snapshot.UnitTally;
import io.github.hyenaspark.data.token.Tokenizer;
import io.github.hyenaspark.io.Storage;
import java.io.IOException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What the beginning of a work unit has in it.
 *
 * @param unitBytes of the whole unit
 * @param bytes of the unit that were read, from the first document's on; 0 if none begins there
 * @param documents that were read, of a file that is one document its share
 */
record UnitSample(long unitBytes, long bytes, double documents, long textBytes, long tokens, long filtered, long bad) {
    private static final Logger LOG = LoggerFactory.getLogger(UnitSample.class);

    /** Reads at most so many stored bytes of a unit, a record that is longer in part; of Parquet, whole row groups. */
    static UnitSample read(Storage storage, DatasetSpec spec, Tokenizer tokenizer, WorkUnit unit, long most)
            throws IOException {
        SourceConfig source = spec.config().source();
        long left = most;
        long bytes = 0;
        double parts = 0;
        try (var output = new UnitOutput(spec, tokenizer)) {
            for (Slice slice : unit.slices()) {
                long length = slice.to() - slice.from();
                if (left <= 0) {
                    break;
                }
                try {
                    long read = output.takeSome(storage, slice, left);
                    bytes += read;
                    parts += left < length && isOneDocument(slice, source) ? (double) read / length : 0;
                } catch (BadFileException e) {
                    LOG.warn("{} cannot be read: {}", slice.file().uri(), e.reason());
                    output.refuseFile(slice.file(), e);
                    bytes += length;
                }
                left -= length;
            }
            UnitTally tally = output.tally();
            UnitTally.SourceTally sum =
                    tally.sources().values().stream().reduce(output.unfinished(), UnitTally.SourceTally::plus);
            return new UnitSample(
                    unit.bytes(),
                    bytes,
                    sum.documents() + parts,
                    sum.bytes(),
                    sum.tokens(),
                    tally.filteredCount(),
                    tally.badCount());
        }
    }

    private static boolean isOneDocument(Slice slice, SourceConfig source) {
        return source.documents() == SourceConfig.TextDocuments.FILE
                && FileFormat.of(slice.file().path(), source).format() == SourceConfig.SourceFormat.TEXT;
    }

    /** By how much the unit is larger than what was read of it. */
    double scale() {
        return (double) unitBytes / bytes;
    }
}
