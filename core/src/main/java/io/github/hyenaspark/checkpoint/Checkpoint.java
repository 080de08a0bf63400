package io.github.hyenaspark.checkpoint;

import io.github.hyenaspark.checkpoint.CheckpointManifest.Provenance;
import io.github.hyenaspark.model.ParameterEntry;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;

/**
 * Everything a run needs to resume as if it had not stopped. Vectors are neither copied nor compared: do not change
 * them.
 *
 * @param round completed rounds
 * @param settings effective settings, as JSON
 * @param dataset URI of the dataset's snapshot; empty, as its SHA-256 is, in an imported model not trained yet
 * @param tokenizer fingerprint
 * @param vocabularySize V, token ids
 * @param vectors {@link #THETA} and others, P floats each unless {@code orders} says otherwise; none in a manifest,
 *     which names files
 * @param table names, shapes and offsets of the P elements, without gaps
 * @param orders tables of the vectors that have some of these parameters only, or in another order
 * @param journalBytes length of the run's journal at the end of the round
 * @param workers the workers' own state, at most one file per worker, in worker order
 */
public record Checkpoint(
        long round,
        long tokens,
        String settings,
        String dataset,
        String datasetSha256,
        String tokenizer,
        int vocabularySize,
        Map<String, float[]> vectors,
        List<ParameterEntry> table,
        Map<String, List<ParameterEntry>> orders,
        Provenance.Numerics numerics,
        long journalBytes,
        TrainingProgress progress,
        List<VectorFile> workers) {
    public static final String THETA = "theta";

    private static final Pattern VECTOR = Pattern.compile("[a-z0-9]+(-[a-z0-9]+)*");

    public Checkpoint {
        vectors = Collections.unmodifiableMap(new TreeMap<>(vectors));
        table = List.copyOf(table);
        orders = Map.copyOf(orders);
        workers = List.copyOf(workers);
        if (round < 0 || tokens < 0 || journalBytes < 0) {
            throw new IllegalArgumentException(
                    "round, tokens and journal bytes of a checkpoint must be 0 or more, found " + round + ", " + tokens
                            + " and " + journalBytes);
        }
        int last = -1;
        for (VectorFile file : workers) {
            int worker = WorkerStateFiles.worker(file);
            if (worker <= last) {
                throw new IllegalArgumentException("the state of workers must be in worker order, once for each, found"
                        + " worker " + worker + " after worker " + last);
            }
            last = worker;
        }
        if (!vectors.isEmpty() && !vectors.containsKey(THETA)) {
            throw new IllegalArgumentException("a checkpoint needs the vector theta, found " + vectors.keySet());
        }
        if (!vectors.keySet().containsAll(orders.keySet()) || orders.containsKey(THETA)) {
            throw new IllegalArgumentException("only vectors other than theta may have an order of their own, found "
                    + new TreeSet<>(orders.keySet()));
        }
        parameters(table);
        for (Map.Entry<String, float[]> vector : vectors.entrySet()) {
            checkName(vector.getKey());
            long elements = parameters(orders.getOrDefault(vector.getKey(), table));
            if (vector.getValue().length != elements) {
                throw new IllegalArgumentException("vector " + vector.getKey() + " needs the " + elements
                        + " elements of the parameter table, found " + vector.getValue().length);
            }
        }
    }

    /** The parameters whose elements a vector has, in its order. */
    public List<ParameterEntry> table(String vector) {
        return orders.getOrDefault(vector, table);
    }

    static void checkName(String vector) {
        if (!VECTOR.matcher(vector).matches()) {
            throw new IllegalArgumentException(
                    "the name of a vector must be like outer-momentum, found \"" + vector + "\"");
        }
    }

    Checkpoint with(Map<String, float[]> newVectors, Map<String, List<ParameterEntry>> newOrders) {
        return new Checkpoint(
                round,
                tokens,
                settings,
                dataset,
                datasetSha256,
                tokenizer,
                vocabularySize,
                newVectors,
                table,
                newOrders,
                numerics,
                journalBytes,
                progress,
                workers);
    }

    /** All but what is large. */
    public Checkpoint withoutVectors() {
        return with(Map.of(), Map.of());
    }

    /** Whether this is an imported model that no run has trained yet. */
    public boolean isImported() {
        return dataset.isEmpty();
    }

    /** A vector by name; IllegalArgumentException if the checkpoint has no such vector. */
    public float[] vector(String name) {
        float[] values = vectors.get(name);
        if (values == null) {
            throw new IllegalArgumentException(
                    "the checkpoint of round " + round + " has no vector " + name + ", only " + vectors.keySet());
        }
        return values;
    }

    /** P, the elements of a table; IllegalArgumentException if it has a gap or an overlap. */
    static long parameters(List<ParameterEntry> table) {
        long end = 0;
        for (ParameterEntry entry : table) {
            if (entry.offset() != end) {
                throw new IllegalArgumentException("parameter " + entry.name() + " must begin at element " + end
                        + " of the table, found " + entry.offset());
            }
            end = Math.addExact(end, entry.size());
        }
        return end;
    }
}
