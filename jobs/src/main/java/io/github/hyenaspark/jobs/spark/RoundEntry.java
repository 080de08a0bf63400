package io.github.hyenaspark.jobs.spark;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.hyenaspark.io.Hashes;
import io.github.hyenaspark.io.Json;
import io.github.hyenaspark.model.LossSum;
import io.github.hyenaspark.train.RoundResult;
import java.util.List;

/**
 * The line that a round leaves in the journal.
 *
 * @param before where the run was
 * @param after where it is
 * @param workers what the workers sent, in their order
 * @param deltas how far they went
 * @param times how long it took
 */
record RoundEntry(RunState before, RunState after, List<WorkerRound> workers, WorkerDeltas deltas, RoundTimes times) {
    /** The training loss over all workers, nats per token. */
    double loss() {
        double nats = 0;
        for (WorkerRound worker : workers) {
            nats += worker.result().lossSum();
        }
        return nats / (after.tokens() - before.tokens());
    }

    /**
     * As one JSON object.
     *
     * @param heldOut the held-out loss after this round, no tokens if it was not measured
     */
    ObjectNode toJson(LossSum heldOut) {
        ObjectNode json = Json.object()
                .put("round", after.round())
                .put("tokens", after.tokens())
                .put("loss", loss());
        if (heldOut.tokens() > 0) {
            json.put("held_out_loss", heldOut.mean()).put("held_out_tokens", heldOut.tokens());
        }
        putWorkers(json);
        json.put(
                "update_norm",
                WorkerDeltas.distance(before.state().theta(), after.state().theta()));
        if (Double.isFinite(deltas.cosine())) {
            json.put("delta_cosine", deltas.cosine());
        }
        json.put("bytes_down", workers.size() * bytes(before))
                .put("bytes_up", workers.size() * bytes(before))
                .put(
                        "retries",
                        workers.stream().mapToInt(w -> w.place().attempt()).sum());
        json.set("ms", times.toJson());
        return json.put("theta_sha256", Hashes.sha256(after.state().theta()));
    }

    private void putWorkers(ObjectNode json) {
        ArrayNode tokens = json.putArray("worker_tokens");
        ArrayNode losses = json.putArray("worker_losses");
        ArrayNode gradients = json.putArray("gradient_norms");
        ArrayNode executors = json.putArray("executors");
        for (WorkerRound worker : workers) {
            RoundResult result = worker.result();
            tokens.add(result.tokens());
            losses.add(result.lossSum() / result.tokens());
            gradients.add(result.gradientNorm());
            executors.add(worker.place().toString());
        }
        ArrayNode norms = json.putArray("delta_norms");
        for (double norm : deltas.norms()) {
            norms.add(norm);
        }
    }

    /** What one worker gets, and sends back, of parameters and updater state. */
    private static long bytes(RunState state) {
        long floats = (long) state.state().theta().length
                + state.state().firstMoment().length
                + state.state().secondMoment().length;
        return floats * Float.BYTES;
    }
}
