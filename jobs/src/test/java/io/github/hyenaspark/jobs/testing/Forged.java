package io.github.hyenaspark.jobs.testing;

import io.github.hyenaspark.checkpoint.Checkpoint;
import io.github.hyenaspark.checkpoint.CheckpointManifest.Provenance;
import io.github.hyenaspark.checkpoint.CheckpointStore;
import io.github.hyenaspark.checkpoint.TrainingProgress;
import io.github.hyenaspark.config.Settings;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.UnaryOperator;

/** Checkpoints that no training has saved, made from those of a run. */
public final class Forged {
    private Forged() {}

    /** Saves the newest checkpoint of a run once more, changed, as its next driver would. */
    public static void save(DisturbedRun run, UnaryOperator<Checkpoint> change) throws IOException {
        CheckpointStore checkpoints = CheckpointStore.open(run.place().storage(), run.uri());
        checkpoints.beginEpoch();
        Optional<Checkpoint> real = checkpoints.newestValid();
        checkpoints.resumesFrom(real);
        checkpoints.save(change.apply(real.orElseThrow()), 1);
    }

    /** The same state at another round. */
    public static Checkpoint withRound(Checkpoint real, long round) {
        return with(real, round, real.settings(), real.vectors(), real.numerics());
    }

    /** The same state, computed otherwise. */
    public static Checkpoint withNumerics(Checkpoint real, Provenance.Numerics numerics) {
        return with(real, real.round(), real.settings(), real.vectors(), numerics);
    }

    /** The same state of a run with other settings. */
    public static Checkpoint withSettings(Checkpoint real, String settings) {
        return with(real, real.round(), settings, real.vectors(), real.numerics());
    }

    /** The same state with other parameters. */
    public static Checkpoint withTheta(Checkpoint real, float[] theta) {
        Map<String, float[]> vectors = new TreeMap<>(real.vectors());
        vectors.put(Checkpoint.THETA, theta);
        return with(real, real.round(), real.settings(), vectors, real.numerics());
    }

    /** The same model before its run has trained it. */
    public static Checkpoint asImported(Checkpoint real) {
        return new Checkpoint(
                0,
                0,
                real.settings(),
                "",
                "",
                real.tokenizer(),
                real.vocabularySize(),
                real.vectors(),
                real.table(),
                real.orders(),
                real.numerics(),
                0,
                real.progress(),
                List.of());
    }

    private static Checkpoint with(
            Checkpoint real, long round, String settings, Map<String, float[]> vectors, Provenance.Numerics numerics) {
        return new Checkpoint(
                round,
                real.tokens(),
                settings,
                real.dataset(),
                real.datasetSha256(),
                real.tokenizer(),
                real.vocabularySize(),
                vectors,
                real.table(),
                real.orders(),
                numerics,
                real.journalBytes(),
                real.progress(),
                real.workers());
    }

    /** A checkpoint without vectors of a run with these settings. */
    public static Checkpoint withSettings(long round, Settings settings, TrainingProgress progress) {
        return new Checkpoint(
                round,
                0,
                settings.render(),
                "file:/data/snapshots/00000001.json",
                "",
                "bytes",
                256,
                Map.of(),
                List.of(),
                Map.of(),
                new Provenance.Numerics("", "", "", ""),
                0,
                progress,
                List.of());
    }
}
