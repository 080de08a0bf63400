package io.github.hyenaspark.checkpoint;

import io.github.hyenaspark.model.ParameterEntry;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;

/**
 * Everything that a run needs to go on as if it had not stopped. The vectors are not copied: whoever made the
 * checkpoint must not change them, and checkpoints are not compared by {@code equals}.
 *
 * @param round rounds that are done
 * @param tokens tokens trained on so far
 * @param settings effective settings, as JSON
 * @param dataset URI of the dataset's snapshot; empty in a model that was imported and is not trained yet
 * @param datasetSha256 SHA-256 of the snapshot file, hexadecimal; empty likewise
 * @param tokenizer fingerprint of the tokenizer
 * @param vocabularySize V, token ids
 * @param vectors P floats each, in table order: {@link #THETA} and what else the run carries from round to round
 * @param table names, shapes and offsets of the P elements, without gaps
 * @param numerics what the bits depend on
 * @param journalBytes length of the run's journal when the round was done
 * @param progress how far the training is
 * @param workers what the workers keep for themselves, at most one object per worker and in their order
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
        Provenance.Numerics numerics,
        long journalBytes,
        TrainingProgress progress,
        List<VectorFile> workers) {
    /** The vector that every checkpoint has: the parameters. */
    public static final String THETA = "theta";

    static final Pattern VECTOR = Pattern.compile("[a-z0-9]+(-[a-z0-9]+)*");

    public Checkpoint {
        vectors = Collections.unmodifiableMap(new TreeMap<>(vectors));
        table = List.copyOf(table);
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
                throw new IllegalArgumentException("what workers keep must be in their order, once for each, found"
                        + " worker " + worker + " after worker " + last);
            }
            last = worker;
        }
        long parameters = parameters(table);
        if (!vectors.containsKey(THETA)) {
            throw new IllegalArgumentException("a checkpoint needs the vector theta, found " + vectors.keySet());
        }
        vectors.forEach((name, values) -> {
            if (!VECTOR.matcher(name).matches()) {
                throw new IllegalArgumentException(
                        "the name of a vector must be like outer-momentum, found \"" + name + "\"");
            }
            if (values.length != parameters) {
                throw new IllegalArgumentException("vector " + name + " needs the " + parameters
                        + " elements of the parameter table, found " + values.length);
            }
        });
    }

    /** Whether this is a model from elsewhere, with which a run is only to begin. */
    public boolean isImported() {
        return dataset.isEmpty();
    }

    /**
     * A vector by name.
     *
     * @throws IllegalArgumentException if the checkpoint has no such vector
     */
    public float[] vector(String name) {
        float[] values = vectors.get(name);
        if (values == null) {
            throw new IllegalArgumentException(
                    "the checkpoint of round " + round + " has no vector " + name + ", only " + vectors.keySet());
        }
        return values;
    }

    /**
     * P, the elements of a table.
     *
     * @throws IllegalArgumentException if an entry does not begin where the one before ends
     */
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
