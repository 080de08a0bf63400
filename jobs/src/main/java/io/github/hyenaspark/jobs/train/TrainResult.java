package io.github.hyenaspark.jobs.train;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.hyenaspark.data.shard.Split;
import io.github.hyenaspark.data.shard.snapshot.DatasetSnapshot;
import io.github.hyenaspark.io.Hashes;
import io.github.hyenaspark.io.Json;
import io.github.hyenaspark.jobs.report.journal.LossHistory;
import io.github.hyenaspark.jobs.spark.run.RunState;
import java.util.List;

/**
 * The result line of {@code train}; what was never measured is null.
 *
 * @param beginNanos when the job began, by {@link System#nanoTime}
 */
record TrainResult(long beginNanos) {
    /**
     * The line.
     *
     * @param failedWrites of the journal, the loss curve and the reports, in this process
     */
    ObjectNode of(String run, RunState end, DatasetSnapshot snapshot, LossHistory history, int failedWrites) {
        ObjectNode json =
                Json.object().put("run", run).put("round", end.round()).put("tokens", end.tokens());
        putLast(json, "loss", history.train());
        putLast(json, "held_out_loss", history.heldOut());
        JsonNode heldOut = json.path("held_out_loss");
        if (heldOut.isNumber()) {
            json.put("bits_per_byte", bitsPerByte(heldOut.doubleValue(), snapshot));
        } else {
            json.putNull("bits_per_byte");
        }
        return json.put("failed_writes", failedWrites)
                .put("theta_sha256", Hashes.sha256(end.state().theta()))
                .put("seconds", (System.nanoTime() - beginNanos) / 1e9);
    }

    /**
     * Bits per byte of the held-out text: all tokens but each document's first are targets, its end among them, and all
     * their nats are charged to the bytes of the text.
     */
    static double bitsPerByte(double natsPerToken, DatasetSnapshot snapshot) {
        return natsPerToken * targetsPerByte(snapshot) / Math.log(2);
    }

    /** Held-out targets for each byte of the held-out text; NaN without such text. */
    static double targetsPerByte(DatasetSnapshot snapshot) {
        long targets = snapshot.tokens(Split.VALIDATION) - snapshot.documents(Split.VALIDATION);
        return (double) targets / snapshot.textBytes(Split.VALIDATION);
    }

    private static void putLast(ObjectNode json, String key, List<LossHistory.LossPoint> points) {
        if (points.isEmpty()) {
            json.putNull(key);
        } else {
            json.put(key, points.get(points.size() - 1).loss());
        }
    }
}
