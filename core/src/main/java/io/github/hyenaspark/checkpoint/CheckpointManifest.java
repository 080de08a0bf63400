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
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

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

    Name name() {
        return new Name(facts.round(), epoch);
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

    /** Orders checkpoints: by completed rounds, then by the epoch of the driver that saved. Clocks play no part. */
    record Name(long round, long epoch) implements Comparable<Name> {
        private static final Pattern FILE = Pattern.compile("(\\d{12,18})-(\\d{1,18})\\.json");
        private static final int DIGITS = 12; // of the round, with zeros in front

        static Optional<Name> parse(String file) {
            Matcher matcher = FILE.matcher(file);
            return matcher.matches()
                    ? Optional.of(new Name(Long.parseLong(matcher.group(1)), Long.parseLong(matcher.group(2))))
                    : Optional.empty();
        }

        /** Parses a {@link #prefix()}, or an empty text, which names nothing. */
        static Optional<Name> ofPrefix(String prefix) {
            Optional<Name> name = parse(prefix + ".json");
            if (name.isEmpty() && !prefix.isEmpty()) {
                throw new IllegalArgumentException("a checkpoint is named as ROUND-EPOCH, found \"" + prefix + "\"");
            }
            return name;
        }

        String file() {
            return prefix() + ".json";
        }

        /** {@code ROUND-EPOCH}; the names of its data directories begin with it. */
        String prefix() {
            String digits = Long.toString(round);
            return "0".repeat(Math.max(0, DIGITS - digits.length())) + digits + "-" + epoch;
        }

        @Override
        public int compareTo(Name other) {
            return round == other.round ? Long.compare(epoch, other.epoch) : Long.compare(round, other.round);
        }
    }

    /**
     * Where a checkpoint comes from. Others are named ROUND-EPOCH, like their manifest files.
     *
     * @param run identity of the run, created at its first save
     * @param parent the checkpoint saved or restored before; empty for the first
     * @param start the checkpoint that the driver's epoch resumed from; empty for a new run
     * @param writer host and process that saved
     * @param savedMillis by the writer's clock, since 1970; for information only
     */
    public record Provenance(String run, String parent, String start, String writer, long savedMillis) {
        public Provenance {
            CheckpointManifest.Name.ofPrefix(parent);
            CheckpointManifest.Name.ofPrefix(start);
        }

        ObjectNode toJson() {
            return Json.object()
                    .put("run", run)
                    .put("parent", parent)
                    .put("start", start)
                    .put("writer", writer)
                    .put("saved_millis", savedMillis);
        }

        static Provenance fromJson(String file, JsonNode json) throws CorruptFileException {
            return new Provenance(
                    Json.text(json, file, "run"),
                    Json.text(json, file, "parent"),
                    Json.text(json, file, "start"),
                    Json.text(json, file, "writer"),
                    Json.wholeNumber(json, file, "saved_millis"));
        }

        /**
         * What computed a run: the numeric contract, which alone decides its bits, and for information what else there
         * was.
         *
         * @param contract version; 0 for runs from before there was one, whose bits depended on all the rest
         * @param since the first round of the run that was computed by this version
         */
        public record Numerics(String java, String backend, String blas, String threads, int contract, long since) {
            /** From before there was a contract. */
            public Numerics(String java, String backend, String blas, String threads) {
                this(java, backend, blas, threads, 0, 0);
            }

            /** Of a run that goes on with these after a round that was computed with {@code earlier}. */
            public Numerics after(long round, Numerics earlier) {
                long first = contract == earlier.contract ? earlier.since : round + 1;
                return new Numerics(java, backend, blas, threads, contract, first);
            }

            public ObjectNode toJson() {
                ObjectNode json = Json.object()
                        .put("java", java)
                        .put("backend", backend)
                        .put("blas", blas)
                        .put("threads", threads);
                return contract == 0 ? json : json.put("contract", contract).put("contract_since_round", since);
            }

            static Numerics fromJson(String file, ObjectNode json) throws CorruptFileException {
                boolean before = !json.has("contract");
                return new Numerics(
                        Json.text(json, file, "java"),
                        Json.text(json, file, "backend"),
                        Json.text(json, file, "blas"),
                        Json.text(json, file, "threads"),
                        before ? 0 : Math.toIntExact(Json.wholeNumber(json, file, "contract")),
                        before ? 0 : Json.wholeNumber(json, file, "contract_since_round"));
            }
        }
    }
}
