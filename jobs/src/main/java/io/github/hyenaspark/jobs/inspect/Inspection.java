package io.github.hyenaspark.jobs.inspect;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.hyenaspark.checkpoint.CheckpointManifest;
import io.github.hyenaspark.checkpoint.Provenance;
import io.github.hyenaspark.checkpoint.VectorFile;
import io.github.hyenaspark.data.shard.ShardEntry;
import io.github.hyenaspark.data.shard.Split;
import io.github.hyenaspark.data.shard.snapshot.DatasetSnapshot;
import io.github.hyenaspark.io.CorruptFileException;
import io.github.hyenaspark.io.Json;
import io.github.hyenaspark.io.Storage;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.stream.Stream;

/** What {@code inspect} shows of a run or of a dataset. */
final class Inspection {
    private Inspection() {}

    /**
     * A checkpoint of a run, and the list of all.
     *
     * @param checkpoints newest first
     */
    static ObjectNode run(String run, CheckpointManifest manifest, List<CheckpointManifest> checkpoints)
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
                .put("bytes", fileBytes(manifest));
        facts.progress().bestHeldOutLoss().ifPresent(loss -> json.put("best_held_out_loss", loss));
        json.put("dataset", facts.dataset())
                .put("dataset_sha256", facts.datasetSha256())
                .put("tokenizer", facts.tokenizer())
                .put("vocabulary_size", facts.vocabularySize());
        Provenance.Numerics numerics = facts.numerics();
        json.putObject("numerics")
                .put("java", numerics.java())
                .put("backend", numerics.backend())
                .put("blas", numerics.blas())
                .put("threads", numerics.threads());
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
                .put("bytes", fileBytes(one)));
        json.set("settings", settings);
        return json;
    }

    private static String saved(CheckpointManifest manifest) {
        return Instant.ofEpochMilli(manifest.provenance().savedMillis()).toString();
    }

    private static long fileBytes(CheckpointManifest manifest) {
        return files(manifest).mapToLong(VectorFile::bytes).sum();
    }

    private static Stream<VectorFile> files(CheckpointManifest manifest) {
        return Stream.concat(manifest.files().stream(), manifest.workers().stream());
    }

    /** A snapshot of a dataset. */
    static ObjectNode dataset(String dataset, DatasetSnapshot snapshot) {
        ObjectNode json = Json.object()
                .put("dataset", dataset)
                .put("snapshot", snapshot.uri(dataset))
                .put("snapshot_sha256", snapshot.sha256())
                .put("number", snapshot.number())
                .put("parent_sha256", snapshot.parent())
                .put("documents", snapshot.documents(Split.TRAIN) + snapshot.documents(Split.VALIDATION))
                .put("tokens", snapshot.tokens(Split.TRAIN) + snapshot.tokens(Split.VALIDATION))
                .put("units", snapshot.units().size())
                .put("shards", snapshot.shards().size())
                .put("shard_bytes", shardBytes(snapshot.shards()))
                .put("duplicates", snapshot.counts().duplicates())
                .put("filtered", snapshot.counts().filtered())
                .put("rejected", snapshot.counts().bad())
                .put("tokenizer", snapshot.vocabulary().tokenizer())
                .put("tokenizer_sha256", snapshot.vocabulary().fingerprint())
                .put("vocabulary_size", snapshot.vocabulary().size());
        ObjectNode splits = json.putObject("splits");
        for (Split split : Split.values()) {
            splits.putObject(split.folder())
                    .put("documents", snapshot.documents(split))
                    .put("tokens", snapshot.tokens(split))
                    .put("bytes", snapshot.textBytes(split))
                    .put("shards", snapshot.shards(split).size())
                    .put("shard_bytes", shardBytes(snapshot.shards(split)));
        }
        ObjectNode settings = json.putObject("settings");
        snapshot.settings().forEach(settings::put);
        return json;
    }

    /** Bytes of the token files; indexes and checksums are small in comparison. */
    private static long shardBytes(List<ShardEntry> shards) {
        return shards.stream().mapToLong(shard -> shard.facts().bytes()).sum();
    }
}
