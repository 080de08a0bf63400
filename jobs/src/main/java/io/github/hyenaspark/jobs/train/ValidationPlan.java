package io.github.hyenaspark.jobs.train;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.hyenaspark.checkpoint.TrainingProgress.Change;
import io.github.hyenaspark.data.shard.Split;
import io.github.hyenaspark.data.shard.snapshot.DatasetSnapshot;
import io.github.hyenaspark.io.Json;
import io.github.hyenaspark.jobs.spark.averaging.TrainingMemory;
import io.github.hyenaspark.train.config.TrainConfig;
import java.util.List;

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
record ValidationPlan(long trainTokens, long validations, long splitTokens, long heldOutTokens, int length, long wave) {
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
