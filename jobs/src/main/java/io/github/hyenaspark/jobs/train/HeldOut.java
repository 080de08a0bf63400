package io.github.hyenaspark.jobs.train;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.hyenaspark.checkpoint.TrainingProgress.Change;
import io.github.hyenaspark.data.shard.ObjectRef;
import io.github.hyenaspark.data.shard.Split;
import io.github.hyenaspark.data.shard.index.SplitScan;
import io.github.hyenaspark.data.shard.snapshot.DatasetSnapshot;
import io.github.hyenaspark.data.shard.snapshot.SnapshotUnits;
import io.github.hyenaspark.data.shard.table.DocumentTable;
import io.github.hyenaspark.io.CorruptFileException;
import io.github.hyenaspark.io.Json;
import io.github.hyenaspark.io.Requests;
import io.github.hyenaspark.io.Storage;
import io.github.hyenaspark.jobs.spark.averaging.TrainingMemory;
import io.github.hyenaspark.model.LossSum;
import io.github.hyenaspark.train.config.TrainConfig;
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

    /**
     * What measuring the held-out loss of a whole run costs beside its training, from sizes that are known before it
     * starts. Tokens are counted with the padding of their sequences, which takes the same time.
     *
     * @param trainTokens what the workers of the run take local steps on
     * @param validations how often the held-out loss is measured
     * @param splitTokens of the held-out documents, without padding
     * @param heldOutTokens of the held-out sequences, with padding, at most: each document may fill one in part
     * @param length L of a sequence
     * @param wave tokens of one batch of every worker, which are measured at the same time
     */
    record ValidationPlan(
            long trainTokens, long validations, long splitTokens, long heldOutTokens, int length, long wave) {
        /** Of {@code run.validate-tokens}: all held-out text is measured. */
        static final long ALL = -1;
        /** So many that it is a small part of the run's time. */
        static final long SOME = 0;

        /** A split that is not larger is measured whole, whatever the share. */
        private static final long SMALL = 1_000_000;

        private static final double SHARE = 0.02; // of the training's time
        private static final int STEP_COST = 3; // a local step goes forward once and backward, which is twice as much

        static ValidationPlan of(TrainSettings settings, DatasetSnapshot snapshot) {
            return of(settings, snapshot.tokens(Split.VALIDATION), snapshot.documents(Split.VALIDATION));
        }

        /** Of a split of so many tokens and documents. */
        static ValidationPlan of(TrainSettings settings, long tokens, long documents) {
            TrainConfig train = settings.train();
            int length = settings.model().lMax();
            long wave = (long) train.workers() * train.batchSize() * length;
            return new ValidationPlan(
                    (long) ((double) train.totalSteps() * wave), // does not overflow
                    settings.driver().validations(),
                    tokens,
                    tokens + documents * length,
                    length,
                    wave);
        }

        /** What a setting means for this run: tokens of a sample, or {@link #ALL}. */
        long resolved(long asked) {
            if (asked == SOME && splitTokens <= SMALL) {
                return ALL;
            }
            long tokens = asked == SOME ? affordable() : asked;
            return tokens >= heldOutTokens ? ALL : tokens;
        }

        /** Whole waves if there is time for one, so that no worker waits for others; at least one sequence. */
        private long affordable() {
            long tokens = (long) (SHARE * STEP_COST * trainTokens / validations);
            return Math.max(length, tokens < wave ? tokens / length * length : tokens / wave * wave);
        }

        /** How many sequences the settings of a run, once resolved, measure at most. */
        static long sequences(TrainSettings settings) {
            long tokens = settings.run().validateTokens();
            return tokens < 0
                    ? Long.MAX_VALUE
                    : Math.max(1, tokens / settings.model().lMax());
        }

        /** The line of {@code run.dry-run} of a run that has done so many rounds; the settings are resolved. */
        ObjectNode dryRun(TrainSettings settings, TrainingMemory memory, long round, List<Change> changes) {
            long sample = settings.run().validateTokens();
            long measured = sample < 0 ? heldOutTokens : sample;
            double seconds = (double) measured * validations / STEP_COST; // in units of a token's local step
            long steps = settings.train().totalSteps() - settings.train().stepsBefore(round);
            ObjectNode line = Json.object()
                    .put("rounds", settings.train().rounds())
                    .put("train_tokens", trainTokens)
                    .put("round", round)
                    .put("remaining_train_tokens", (long) ((double) steps * wave))
                    .put("validations", validations)
                    .put("validation_tokens", measured)
                    .put("validation_share", seconds / (seconds + trainTokens))
                    .put("heap_mib_driver", memory.driverHeapMebibytes())
                    .put("heap_mib_slot", memory.executorHeapMebibytes(1));
            line.putArray("changes").addAll(changes.stream().map(Change::toJson).toList());
            return line;
        }
    }
}
