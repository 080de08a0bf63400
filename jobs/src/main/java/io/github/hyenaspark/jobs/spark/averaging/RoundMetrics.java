package io.github.hyenaspark.jobs.spark.averaging;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.hyenaspark.io.Hashes;
import io.github.hyenaspark.io.Json;
import io.github.hyenaspark.jobs.spark.averaging.DivergenceGuard.Checked;
import io.github.hyenaspark.jobs.spark.averaging.Workers.SentBytes;
import io.github.hyenaspark.jobs.spark.run.RunState;
import io.github.hyenaspark.jobs.spark.task.MachineNumerics.Fingerprint;
import io.github.hyenaspark.jobs.spark.worker.WorkerRound;
import io.github.hyenaspark.model.LossSum;
import io.github.hyenaspark.train.LocalTrainer.WorkerReport;
import io.github.hyenaspark.train.averaging.Averaging;
import io.github.hyenaspark.train.config.TrainConfig;
import io.github.hyenaspark.train.optim.LearningRate;
import java.time.Instant;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.function.Function;

/**
 * The line that a round leaves in the journal. It holds the state after the round but not the one before. Tokens are
 * the round's, bytes sent are those to each worker, the length is L, the held-out loss has no tokens if it was not
 * measured, and times are in milliseconds.
 */
record RoundMetrics(
        TrainConfig train,
        long tokens,
        RunState after,
        Checked checked,
        Norms norms,
        SentBytes sent,
        int length,
        LossSum.ByPosition heldOut,
        ObjectNode times) {
    /** Key of the fingerprints of a round. */
    static final String MACHINES = "machines";

    /**
     * How far a round has moved θ.
     *
     * @param update Euclidean length of the step
     * @param deltaCosine see {@link DeltaStatistics#cosine}; NaN if there is none
     */
    record Norms(double update, double deltaCosine) {}

    /** The training loss over all workers, nats per token; NaN if no worker had a target. */
    double loss() {
        double nats = 0;
        for (WorkerReport report : checked.reports()) {
            nats += report.lossSum();
        }
        return nats / tokens();
    }

    private double lr() {
        return LearningRate.of(train).at(train.lr(), Math.max(0, train.stepsBefore(after.round()) - 1));
    }

    /** As one JSON object; reads all parameters, for their hash. */
    ObjectNode toJson() {
        long round = after.round() - 1;
        ObjectNode json = Json.object().put("round", after.round()).put("tokens", after.tokens());
        if (tokens() > 0) {
            json.put("loss", loss());
        }
        putHeldOut(json);
        json.put("length", length)
                .put("steps", train.stepsBefore(after.round()))
                .put("lr", lr())
                .put("outer_lr", train.outer().lrIn(round));
        putWorkers(json);
        putNumbers(json, "again", checked.again());
        putNumbers(json, "dropped", checked.dropped());
        putNorms(json);
        putBytes(json);
        json.put(
                "retries",
                checked.results().stream().mapToInt(w -> w.place().attempt()).sum());
        json.put("ended", Instant.now().toString());
        putMachines(json);
        json.set("ms", times);
        return json.put("theta_sha256", Hashes.sha256(after.state().theta()));
    }

    private void putHeldOut(ObjectNode json) {
        LossSum all = heldOut.total();
        if (all.tokens() == 0) {
            return;
        }
        json.put("held_out_loss", all.mean()).put("held_out_tokens", all.tokens());
        ObjectNode positions = json.putObject("held_out_by_position");
        for (int number = 0; number < heldOut.classes().size(); number++) {
            LossSum there = heldOut.classes().get(number);
            if (there.tokens() > 0) {
                positions.put(Integer.toString(LossSum.ByPosition.begin(number)), there.mean());
            }
        }
    }

    /** One value for each of the K workers: where nothing of a worker counts, 0 steps and else null. */
    private void putWorkers(ObjectNode json) {
        ArrayNode steps = json.putArray("worker_steps");
        int[] stepsOf = new int[train.workers()];
        checked.reports().forEach(report -> stepsOf[report.worker()] = report.steps());
        for (int count : stepsOf) {
            steps.add(count);
        }
        each(json, "worker_tokens", worker -> json.numberNode(worker.report().tokens()));
        each(json, "worker_losses", worker -> loss(json, worker.report()));
        each(json, "gradient_norms", worker -> json.numberNode(worker.report().gradientNorm()));
        each(json, "delta_norms", worker -> json.numberNode(worker.report().deltaNorm()));
        each(json, "executors", worker -> json.textNode(worker.place().toString()));
    }

    /**
     * All kinds of machines that computed; {@link RunStore} leaves them out where they are those of the line before.
     */
    private void putMachines(ObjectNode json) {
        ArrayNode machines = json.putArray(MACHINES);
        checked.results().stream()
                .map(result -> result.place().fingerprint())
                .distinct()
                .sorted(Comparator.comparing(Fingerprint::toString))
                .forEach(machine -> machines.add(machine.toJson()));
    }

    /** Nothing for a worker whose batches had no targets, such as masked bases only. */
    private static JsonNode loss(ObjectNode json, WorkerReport report) {
        return report.tokens() == 0 ? json.nullNode() : json.numberNode(report.lossSum() / report.tokens());
    }

    private void each(ObjectNode json, String key, Function<WorkerRound, JsonNode> value) {
        JsonNode[] values = new JsonNode[train.workers()];
        Arrays.fill(values, json.nullNode());
        checked.results().forEach(worker -> values[worker.report().worker()] = value.apply(worker));
        json.putArray(key).addAll(List.of(values));
    }

    private static void putNumbers(ObjectNode json, String key, List<Integer> workers) {
        if (!workers.isEmpty()) {
            ArrayNode array = json.putArray(key);
            workers.forEach(array::add);
        }
    }

    private void putNorms(ObjectNode json) {
        json.put("update_norm", norms.update());
        if (Double.isFinite(norms.deltaCosine())) {
            json.put("delta_cosine", norms.deltaCosine());
        }
    }

    /** Of all workers together. */
    private void putBytes(ObjectNode json) {
        List<WorkerRound> results = checked.results();
        long whole = results.stream().mapToLong(WorkerRound::wholeBytes).sum();
        json.put("bytes_down", results.size() * sent.parameters() + whole)
                .put(
                        "bytes_up",
                        results.stream().mapToLong(WorkerRound::parameterBytes).sum())
                .put("moment_bytes_down", results.size() * sent.moments())
                .put(
                        "moment_bytes_up",
                        results.stream().mapToLong(WorkerRound::momentBytes).sum());
    }

    /** Whether workers went in the same direction, from the lengths of their steps and of the mean step. */
    static final class DeltaStatistics {
        private DeltaStatistics() {}

        /** Euclidean distance of two vectors of P. */
        static double distance(float[] from, float[] to) {
            double sum = 0;
            for (int i = 0; i < from.length; i++) {
                double difference = (double) to[i] - from[i];
                sum += difference * difference;
            }
            return Math.sqrt(sum);
        }

        /**
         * The mean cosine between the deltas δ of two workers, over all pairs, each weighted by its w_j w_k |δ_j|
         * |δ_k|:
         *
         * <pre>
         *   (|Σ w_k δ_k|² − Σ w_k² |δ_k|²) / ((Σ w_k |δ_k|)² − Σ w_k² |δ_k|²)
         * </pre>
         *
         * which needs no second look at the deltas.
         *
         * @param meanNorm |Σ w_k δ_k|
         * @return NaN for fewer than two workers that moved
         */
        static double cosine(Averaging averaging, List<WorkerReport> reports, double meanNorm) {
            double sum = 0;
            double squares = 0;
            int moved = 0;
            for (int k = 0; k < reports.size(); k++) {
                double norm = averaging.weights().get(k) * reports.get(k).deltaNorm();
                sum += norm;
                squares += norm * norm;
                moved += norm > 0 ? 1 : 0;
            }
            return moved < 2 ? Double.NaN : (meanNorm * meanNorm - squares) / (sum * sum - squares);
        }
    }
}
