package io.github.hyenaspark.jobs.train;

import io.github.hyenaspark.data.shard.ObjectRef;
import io.github.hyenaspark.data.shard.Split;
import io.github.hyenaspark.data.shard.index.SplitScan;
import io.github.hyenaspark.data.shard.snapshot.DatasetSnapshot;
import io.github.hyenaspark.data.shard.snapshot.SnapshotUnits;
import io.github.hyenaspark.data.shard.table.DocumentTable;
import io.github.hyenaspark.io.CorruptFileException;
import io.github.hyenaspark.io.Requests;
import io.github.hyenaspark.io.Storage;
import io.github.hyenaspark.model.LossSum;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a run can measure its held-out loss on: the held-out documents but for those that are left out as duplicates,
 * and those of less than two tokens, which have no target.
 *
 * @param sequences of L tokens, each of one document
 * @param targets all tokens but each document's first
 * @param bytes of the documents' texts; NaN if the documents that are left out are in too many work units to look up
 */
record HeldOut(long sequences, long targets, double bytes) {
    private static final Logger LOG = LoggerFactory.getLogger(HeldOut.class);
    static final HeldOut NOTHING = new HeldOut(0, 0, 0);
    /** Whose document tables, some megabytes each, are read for the lengths of texts that are left out. */
    private static final int MOST_UNITS = 256;

    /**
     * Reads the index of the held-out split; if documents are left out, also the tables of their units. Warns if
     * documents are held out and there is nothing to measure on.
     *
     * @param length L of a sequence
     * @param shares whether executors are to find the index in one file
     */
    static HeldOut of(Storage storage, DatasetSnapshot snapshot, String dataset, int length, boolean shares)
            throws IOException {
        if (snapshot.documents(Split.VALIDATION) == 0) {
            return NOTHING;
        }
        DatasetSnapshot.Ref ref = DatasetSnapshot.Ref.of(snapshot, dataset);
        var sizes = new Sizes(length);
        SplitScan scan = SplitScan.of(storage, ref, Split.VALIDATION, sizes::add);
        if (shares) {
            scan.share();
        }
        if (sizes.sequences == 0) {
            LOG.warn(
                    "{} has no text to measure on: found {} documents, all of them empty or duplicates of others, so"
                            + " there will be no held-out loss; set data.validation-documents, or raise"
                            + " data.validation-fraction, for another data.dataset",
                    scan.name(),
                    scan.documents());
        }
        double leftOut = sizes.all ? 0 : leftOutBytes(storage, snapshot, dataset);
        return new HeldOut(sizes.sequences, sizes.targets, snapshot.textBytes(Split.VALIDATION) - leftOut);
    }

    /** Of the sequences of L tokens, one document each. */
    private static final class Sizes {
        private final int length;
        private long sequences;
        private long targets;
        private boolean all = true;

        Sizes(int length) {
            this.length = length;
        }

        void add(int tokens, boolean leftOut) {
            all &= !leftOut || tokens == 0;
            long inputs = leftOut ? 0 : Math.max(0, tokens - 1);
            sequences += (inputs + length - 1) / length;
            targets += inputs;
        }
    }

    private static double leftOutBytes(Storage storage, DatasetSnapshot snapshot, String dataset) throws IOException {
        List<SnapshotUnits.Unit> units = new ArrayList<>();
        SnapshotUnits.read(storage, dataset, snapshot, unit -> {
            if (units.size() <= MOST_UNITS && unit.duplicates().leftOut(Split.VALIDATION).length > 0) {
                units.add(unit);
            }
        });
        return units.size() > MOST_UNITS
                ? Double.NaN
                : Requests.all(units, unit -> leftOutBytes(storage, snapshot, dataset, unit)).stream()
                        .mapToLong(bytes -> bytes)
                        .sum();
    }

    private static long leftOutBytes(Storage storage, DatasetSnapshot snapshot, String dataset, SnapshotUnits.Unit unit)
            throws IOException {
        ObjectRef table = unit.entry()
                .object(DocumentTable.FOLDER)
                .orElseThrow(() -> new CorruptFileException(
                        snapshot.uri(dataset),
                        "a document table",
                        "unit " + unit.entry().name()));
        int[] leftOut = unit.duplicates().leftOut(Split.VALIDATION);
        long[] bytes = new long[1];
        DocumentTable.read(storage, dataset, table, row -> {
            if (row.split() == Split.VALIDATION && Arrays.binarySearch(leftOut, row.document()) >= 0) {
                bytes[0] += row.bytes();
            }
        });
        return bytes[0];
    }

    boolean isMeasured() {
        return sequences > 0;
    }

    /** Targets per byte of text; NaN without such text, or if its length is not known. */
    double targetsPerByte() {
        return targets / bytes;
    }

    /**
     * Bits per byte of text, of a mean loss in nats over so many targets; of all of them exactly as {@code evaluate}
     * computes it, where some targets may not count.
     */
    double bitsPerByte(double loss, long measured, TrainSettings settings) {
        boolean counted = measured > 0 && !isSampled(settings);
        return LossSum.bitsPerByte(loss, counted ? measured / bytes : targetsPerByte());
    }

    /** Whether the settings of a run, once resolved, measure less than all. */
    boolean isSampled(TrainSettings settings) {
        return measured(settings) < sequences;
    }

    /** How many of the sequences the settings of a run, once resolved, measure. */
    long measured(TrainSettings settings) {
        return Math.min(sequences, ValidationPlan.sequences(settings));
    }
}
