package io.github.hyenaspark.jobs.spark;

import io.github.hyenaspark.checkpoint.Numerics;
import io.github.hyenaspark.model.ParameterEntry;
import java.util.List;

/**
 * What every checkpoint of a run says besides its vectors and counts.
 *
 * @param settings the effective settings, JSON
 * @param dataset URI of the dataset's snapshot
 * @param datasetSha256 SHA-256 (hex) of that snapshot
 * @param tokenizer fingerprint of the tokenizer
 * @param vocabularySize V, ids
 * @param table the parameters in the order of the vectors
 * @param numerics what the last bits depend on
 */
public record RunFacts(
        String settings,
        String dataset,
        String datasetSha256,
        String tokenizer,
        int vocabularySize,
        List<ParameterEntry> table,
        Numerics numerics) {}
