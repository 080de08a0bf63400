package io.github.hyenaspark.checkpoint;

import io.github.hyenaspark.checkpoint.CheckpointManifest.Provenance;
import io.github.hyenaspark.model.ParameterEntry;
import io.github.hyenaspark.operator.nn.ParameterSpec;
import java.util.List;
import java.util.Map;

/** Checkpoints whose every value tells round, vector and index. */
final class TestCheckpoints {
    static final List<ParameterEntry> TABLE = List.of(
            new ParameterEntry("embedding.weight", List.of(4, 3), 0, ParameterSpec.Group.BASE),
            new ParameterEntry("block-0.filter.sin-freq", List.of(2), 12, ParameterSpec.Group.FILTER),
            new ParameterEntry("block-0.filter.z", List.of(1, 2, 3), 14, ParameterSpec.Group.POSITIONS),
            new ParameterEntry("block-0.filter.deltas", List.of(), 20, ParameterSpec.Group.DECAY));

    private TestCheckpoints() {}

    static Checkpoint ofRound(long round) {
        return ofRound(
                round,
                Map.of(
                        "theta", vector(round, 1),
                        "first-moment", vector(round, 2),
                        "second-moment", vector(round, 3),
                        "outer-momentum", vector(round, 4)));
    }

    /** With what its workers keep. */
    static Checkpoint ofRound(long round, List<VectorFile> workers) {
        Checkpoint plain = ofRound(round);
        return new Checkpoint(
                plain.round(),
                plain.tokens(),
                plain.settings(),
                plain.dataset(),
                plain.datasetSha256(),
                plain.tokenizer(),
                plain.vocabularySize(),
                plain.vectors(),
                plain.table(),
                plain.orders(),
                plain.numerics(),
                plain.journalBytes(),
                plain.progress(),
                workers);
    }

    static Checkpoint ofRound(long round, Map<String, float[]> vectors) {
        return ofRound(round, vectors, Map.of());
    }

    static Checkpoint ofRound(long round, Map<String, float[]> vectors, Map<String, List<ParameterEntry>> orders) {
        return new Checkpoint(
                round,
                round * 80,
                "{\"train\":{\"lr\":0.0002}}",
                "file:/data/snapshot/7.json",
                "ab".repeat(32),
                "bytes-1",
                256,
                vectors,
                TABLE,
                orders,
                new Provenance.Numerics("17.0.9", "nd4j-native 1.0.0-M2.1", "openblas 0.3.19", "1"),
                round * 100,
                new TrainingProgress(
                        Math.abs(round),
                        10 * Math.abs(round),
                        new TrainingProgress.Best(2.5, 1, 2),
                        List.of(new TrainingProgress.Change(2, "train.rounds", "12", "20"))),
                List.of());
    }

    static float[] vector(long round, int kind) {
        float[] values = new float[21];
        for (int i = 0; i < values.length; i++) {
            values[i] = round * 10_000 + kind * 100L + i;
        }
        return values;
    }
}
