package io.github.hyenaspark.jobs.train;

import io.github.hyenaspark.data.shard.Split;
import io.github.hyenaspark.data.shard.index.SplitIndex;
import io.github.hyenaspark.data.shard.snapshot.SnapshotRef;
import io.github.hyenaspark.io.Storage;
import java.io.IOException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a run can measure its held-out loss on: the held-out documents but for those that are left out as duplicates,
 * and those of less than two tokens, which have no target.
 *
 * @param sequences of L tokens, each of one document
 */
record HeldOut(long sequences) {
    private static final Logger LOG = LoggerFactory.getLogger(HeldOut.class);
    static final HeldOut NOTHING = new HeldOut(0);

    /**
     * Reads the index of the held-out split, and shares it with the executors. Warns if documents are held out and
     * there is nothing to measure on.
     *
     * @param length L of a sequence
     */
    static HeldOut of(Storage storage, SnapshotRef snapshot, int length) throws IOException {
        if (snapshot.heldOutDocuments() == 0) {
            return NOTHING;
        }
        SplitIndex index = SplitIndex.open(storage, snapshot, Split.VALIDATION);
        index.share(storage, snapshot);
        long sequences = 0;
        for (long document = 0; document < index.documents(); document++) {
            sequences += (Math.max(1, index.tokens(document)) - 1 + length - 1) / length;
        }
        if (sequences == 0) {
            LOG.warn(
                    "{} has no text to measure on: found {} documents, all of them empty or duplicates of others, so"
                            + " there will be no held-out loss; set data.validation-documents, or raise"
                            + " data.validation-fraction, for another data.dataset",
                    index.name(),
                    index.documents());
        }
        return new HeldOut(sequences);
    }

    boolean isMeasured() {
        return sequences > 0;
    }

    /** How many of the sequences the settings of a run, once resolved, measure. */
    long measured(TrainSettings settings) {
        return Math.min(sequences, ValidationPlan.sequences(settings));
    }
}
