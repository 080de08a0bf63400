package io.github.hyenaspark.checkpoint;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.hyenaspark.io.CorruptFileException;
import io.github.hyenaspark.io.Hashes;
import io.github.hyenaspark.io.Json;
import io.github.hyenaspark.model.ParameterEntry;
import io.github.hyenaspark.operator.nn.ParameterSpec;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/**
 * The file that commits a checkpoint: written last, it names all others with their hashes and ends with its own.
 *
 * @param facts the checkpoint without its vectors
 * @param epoch of the driver that saved
 * @param thetaSha256 SHA-256 of the parameters as little-endian floats in table order
 */
public record CheckpointManifest(
        Checkpoint facts, long epoch, String thetaSha256, Provenance provenance, List<VectorFile> files) {
    private static final String FORMAT = "hyena-spark checkpoint 3";

    public CheckpointManifest {
        files = List.copyOf(files);
    }

    static CheckpointManifest of(Checkpoint checkpoint, long epoch, Provenance provenance, List<VectorFile> files) {
        String theta = Hashes.sha256(checkpoint.vector(Checkpoint.THETA));
        return new CheckpointManifest(checkpoint.with(Map.of(), Map.of()), epoch, theta, provenance, files);
    }

    public long parameters() {
        return Checkpoint.parameters(facts.table());
    }

    /** Of the files of its vectors, without those of workers: about what a checkpoint takes in memory. */
    public long vectorBytes() {
        return files.stream().mapToLong(VectorFile::bytes).sum();
    }

    /** Relative to the run's directory. */
    public String path() {
        return RunLayout.MANIFESTS + "/" + name().file();
    }

    ManifestName name() {
        return new ManifestName(facts.round(), epoch);
    }

    byte[] bytes() {
        ObjectNode root = Json.object()
                .put("format", FORMAT)
                .put("round", facts.round())
                .put("epoch", epoch)
                .put("tokens", facts.tokens())
                .put("parameters", parameters())
                .put("theta_sha256", thetaSha256)
                .put("dataset", facts.dataset())
                .put("dataset_sha256", facts.datasetSha256())
                .put("tokenizer", facts.tokenizer())
                .put("vocabulary_size", facts.vocabularySize())
                .put("journal_bytes", facts.journalBytes())
                .put("settings", facts.settings());
        root.set("provenance", provenance.toJson());
        root.set("progress", facts.progress().toJson());
        root.set("numerics", facts.numerics().toJson());
        root.putArray("objects").addAll(files.stream().map(VectorFile::toJson).toList());
        root.putArray("worker_objects")
                .addAll(facts.workers().stream().map(VectorFile::toJson).toList());
        ArrayNode table = root.putArray("table");
        facts.table().forEach(entry -> putEntry(table.addObject(), entry));
        return Json.Sealed.MANIFEST_SHA256.seal(root);
    }

    private static void putEntry(ObjectNode node, ParameterEntry entry) {
        ArrayNode shape = node.put("name", entry.name()).putArray("shape");
        entry.shape().forEach(shape::add);
        node.put("offset", entry.offset()).put("group", groupName(entry.group()));
    }

    static CheckpointManifest fromBytes(String file, byte[] bytes) throws CorruptFileException {
        JsonNode root = Json.Sealed.MANIFEST_SHA256.open(file, bytes);
        String format = Json.text(root, file, "format");
        if (!format.equals(FORMAT)) {
            throw new CorruptFileException(file, "the format \"" + FORMAT + "\"", "\"" + format + "\"");
        }
        try {
            return fromJson(file, root);
        } catch (IllegalArgumentException | ArithmeticException e) {
            throw new CorruptFileException(file, "the facts of a checkpoint", "\"" + e.getMessage() + "\"");
        }
    }

    private static CheckpointManifest fromJson(String file, JsonNode root) throws CorruptFileException {
        return new CheckpointManifest(
                facts(file, root),
                Json.wholeNumber(root, file, "epoch"),
                Json.text(root, file, "theta_sha256"),
                Provenance.fromJson(file, Json.object(root, file, "provenance")),
                files(file, root, "objects"));
    }

    private static List<VectorFile> files(String file, JsonNode root, String key) throws CorruptFileException {
        List<VectorFile> files = new ArrayList<>();
        Set<String> vectors = new HashSet<>();
        for (JsonNode node : Json.elements(root, file, key)) {
            VectorFile next = VectorFile.fromJson(file, node);
            if (!vectors.add(next.vector())) {
                throw new CorruptFileException(file, "one file for " + next.vector(), "two");
            }
            files.add(next);
        }
        return List.copyOf(files);
    }

    private static Checkpoint facts(String file, JsonNode root) throws CorruptFileException {
        List<ParameterEntry> table = new ArrayList<>();
        for (JsonNode node : Json.elements(root, file, "table")) {
            table.add(new ParameterEntry(
                    Json.text(node, file, "name"),
                    shape(file, node),
                    Json.wholeNumber(node, file, "offset"),
                    group(file, Json.text(node, file, "group"))));
        }
        return new Checkpoint(
                Json.wholeNumber(root, file, "round"),
                Json.wholeNumber(root, file, "tokens"),
                Json.text(root, file, "settings"),
                Json.text(root, file, "dataset"),
                Json.text(root, file, "dataset_sha256"),
                Json.text(root, file, "tokenizer"),
                Math.toIntExact(Json.wholeNumber(root, file, "vocabulary_size")),
                Map.of(),
                table,
                Map.of(),
                Provenance.Numerics.fromJson(file, Json.object(root, file, "numerics")),
                Json.wholeNumber(root, file, "journal_bytes"),
                TrainingProgress.fromJson(file, Json.object(root, file, "progress")),
                files(file, root, "worker_objects"));
    }

    private static List<Integer> shape(String file, JsonNode entry) throws CorruptFileException {
        List<Integer> shape = new ArrayList<>();
        for (JsonNode dimension : Json.elements(entry, file, "shape")) {
            if (!dimension.isIntegralNumber() || !dimension.canConvertToInt() || dimension.intValue() < 0) {
                throw new CorruptFileException(file, "whole numbers of 0 or more as \"shape\"", "others");
            }
            shape.add(dimension.intValue());
        }
        return shape;
    }

    private static ParameterSpec.Group group(String file, String name) throws CorruptFileException {
        for (ParameterSpec.Group group : ParameterSpec.Group.values()) {
            if (groupName(group).equals(name)) {
                return group;
            }
        }
        throw new CorruptFileException(
                file,
                "a group among "
                        + Arrays.stream(ParameterSpec.Group.values())
                                .map(CheckpointManifest::groupName)
                                .toList(),
                name);
    }

    private static String groupName(ParameterSpec.Group group) {
        return group.name().toLowerCase(Locale.ROOT);
    }
}
