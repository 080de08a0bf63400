package io.github.hyenaspark.jobs.inspect;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.hyenaspark.checkpoint.CheckpointManifest;
import io.github.hyenaspark.checkpoint.Provenance;
import io.github.hyenaspark.checkpoint.VectorFile;
import io.github.hyenaspark.io.CorruptFileException;
import io.github.hyenaspark.io.Json;
import io.github.hyenaspark.io.Storage;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.stream.Stream;

/** What {@code inspect} says of a run. */
final class RunInspection {
    private RunInspection() {}

    /**
     * One checkpoint, and the list of all.
     *
     * @param checkpoints the run's, the newest first
     */
    static ObjectNode of(String run, CheckpointManifest manifest, List<CheckpointManifest> checkpoints)
            throws CorruptFileException {
        String checkpoint = Storage.resolve(run, manifest.path());
        CheckpointManifest.Facts facts = manifest.facts();
        var settings = Json.parse(checkpoint, facts.settings().getBytes(StandardCharsets.UTF_8));
        ObjectNode json = Json.object()
                .put("run", run)
                .put("round", manifest.round())
                .put("rounds", settings.at("/train/rounds").longValue())
                .put("tokens", manifest.tokens())
                .put("parameters", manifest.parameters())
                .put("theta_sha256", manifest.thetaSha256())
                .put("checkpoint", checkpoint)
                .put("saved", saved(manifest))
                .put("bytes", bytes(manifest));
        facts.progress().bestHeldOutLoss().ifPresent(loss -> json.put("best_held_out_loss", loss));
        json.put("dataset", facts.dataset())
                .put("dataset_sha256", facts.datasetSha256())
                .put("tokenizer", facts.tokenizer())
                .put("vocabulary_size", facts.vocabularySize());
        putNumerics(json.putObject("numerics"), facts.numerics());
        ArrayNode files = json.putArray("files");
        files(manifest)
                .forEach(file -> files.addObject()
                        .put("file", file.path())
                        .put("bytes", file.bytes())
                        .put("sha256", file.sha256()));
        ArrayNode all = json.putArray("checkpoints");
        checkpoints.forEach(one -> all.addObject()
                .put("checkpoint", one.path())
                .put("round", one.round())
                .put("tokens", one.tokens())
                .put("saved", saved(one))
                .put("bytes", bytes(one)));
        json.set("settings", settings);
        return json;
    }

    private static void putNumerics(ObjectNode json, Provenance.Numerics numerics) {
        json.put("java", numerics.java())
                .put("backend", numerics.backend())
                .put("blas", numerics.blas())
                .put("threads", numerics.threads());
    }

    private static String saved(CheckpointManifest manifest) {
        return Instant.ofEpochMilli(manifest.provenance().savedMillis()).toString();
    }

    private static long bytes(CheckpointManifest manifest) {
        return files(manifest).mapToLong(VectorFile::bytes).sum();
    }

    private static Stream<VectorFile> files(CheckpointManifest manifest) {
        return Stream.concat(manifest.files().stream(), manifest.workers().stream());
    }
}
