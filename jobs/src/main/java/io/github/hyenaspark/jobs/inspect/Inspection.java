package io.github.hyenaspark.jobs.inspect;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.hyenaspark.checkpoint.Checkpoint;
import io.github.hyenaspark.checkpoint.CheckpointManifest;
import io.github.hyenaspark.checkpoint.CheckpointStore;
import io.github.hyenaspark.checkpoint.VectorFile;
import io.github.hyenaspark.config.Settings;
import io.github.hyenaspark.data.shard.snapshot.DatasetSnapshot;
import io.github.hyenaspark.data.shard.snapshot.Totals;
import io.github.hyenaspark.io.CorruptFileException;
import io.github.hyenaspark.io.Json;
import io.github.hyenaspark.io.Storage;
import io.github.hyenaspark.jobs.spark.run.FittingDirectory;
import io.github.hyenaspark.jobs.spark.run.ResumeCompatibility;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.stream.Stream;

/** What {@code inspect} shows of a run, of a dataset or of a fitting. */
final class Inspection {
    private static final String INDENT = "  ";

    private Inspection() {}

    /** A checkpoint of a run, and the list of all, newest first. */
    static ObjectNode run(String run, CheckpointManifest manifest, List<CheckpointManifest> checkpoints)
            throws CorruptFileException {
        String checkpoint = Storage.resolve(run, manifest.path());
        Checkpoint facts = manifest.facts();
        var settings = Json.parse(checkpoint, facts.settings().getBytes(StandardCharsets.UTF_8));
        ObjectNode json = Json.object()
                .put("run", run)
                .put("round", facts.round())
                .put("rounds", settings.at("/train/rounds").longValue())
                .put("tokens", facts.tokens())
                .put("parameters", manifest.parameters())
                .put("theta_sha256", manifest.thetaSha256())
                .put("checkpoint", checkpoint)
                .put("saved", saved(manifest))
                .put("bytes", fileBytes(manifest));
        json.setAll(facts.progress().best().toJson());
        json.put("dataset", facts.dataset())
                .put("dataset_sha256", facts.datasetSha256())
                .put("tokenizer", facts.tokenizer())
                .put("vocabulary_size", facts.vocabularySize());
        json.set("numerics", facts.numerics().toJson());
        ArrayNode files = json.putArray("files");
        files(manifest)
                .forEach(file -> files.addObject()
                        .put("file", file.path())
                        .put("bytes", file.bytes())
                        .put("sha256", file.sha256()));
        ArrayNode all = json.putArray("checkpoints");
        checkpoints.forEach(one -> all.addObject()
                .put("checkpoint", one.path())
                .put("round", one.facts().round())
                .put("tokens", one.facts().tokens())
                .put("saved", saved(one))
                .put("bytes", fileBytes(one)));
        if (!facts.progress().changes().isEmpty()) {
            ArrayNode changes = json.putArray("changes");
            facts.progress().changes().forEach(change -> changes.add(change.toJson()));
        }
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
        return Stream.concat(manifest.files().stream(), manifest.facts().workers().stream());
    }

    /** A snapshot of a dataset. */
    static ObjectNode dataset(String dataset, DatasetSnapshot snapshot) {
        Totals totals = snapshot.totals();
        Collection<Totals.OfSplit> splits = totals.splits().values();
        ObjectNode json = Json.object()
                .put("dataset", dataset)
                .put("snapshot", snapshot.uri(dataset))
                .put("snapshot_sha256", snapshot.sha256())
                .put("number", snapshot.number())
                .put("parent_sha256", snapshot.parent())
                .put("documents", totals.counts().documents())
                .put("tokens", splits.stream().mapToLong(Totals.OfSplit::tokens).sum())
                .put("units", totals.units())
                .put("shards", totals.shards())
                .put(
                        "shard_bytes",
                        splits.stream().mapToLong(Totals.OfSplit::shardBytes).sum())
                .put("duplicates", totals.counts().duplicates())
                .put("filtered", totals.counts().filtered())
                .put("rejected", totals.counts().bad())
                .put("tokenizer", snapshot.vocabulary().tokenizer())
                .put("tokenizer_sha256", snapshot.vocabulary().fingerprint())
                .put("vocabulary_size", snapshot.vocabulary().size());
        ObjectNode bySplit = json.putObject("splits");
        totals.splits()
                .forEach((split, of) -> bySplit.putObject(split.folder())
                        .put("documents", of.documents())
                        .put("tokens", of.tokens())
                        .put("bytes", of.textBytes())
                        .put("shards", of.shards())
                        .put("shard_bytes", of.shardBytes()));
        ObjectNode settings = json.putObject("settings");
        snapshot.settings().forEach(settings::put);
        return json;
    }

    /** A fitting: how far it is and, at its end, what it measured. CorruptFileException if a file of it is not JSON. */
    static ObjectNode fitting(Storage storage, FittingDirectory fitting) throws IOException {
        JsonNode settings = Json.parse(fitting.settings(), storage.read(fitting.settings()));
        boolean finished = storage.exists(fitting.result());
        JsonNode result = finished ? Json.parse(fitting.result(), storage.read(fitting.result())) : Json.object();
        List<String> planned = FittingDirectory.names(settings);
        ArrayNode runs = runs(storage, fitting, planned);
        ObjectNode json = Json.object()
                .put("fitting", fitting.uri())
                .put("finished", finished)
                .put("task", result.path("task").asText(settings.at("/fit/task").asText()))
                .put("folds", settings.at("/fit/folds").asInt())
                .put("models_done", finished ? planned.size() : done(runs))
                .put("models_planned", planned.size());
        result.properties().stream()
                .filter(field -> field.getValue().isNumber()) // documents, epochs, seconds
                .forEach(field -> json.set(field.getKey(), field.getValue()));
        if (finished) {
            json.put("report", fitting.report())
                    .put("predictions", fitting.predictions())
                    .put("model", fitting.model());
        }
        json.put("dataset", fitting.dataset());
        if (finished) {
            json.set("classes", result.path("classes"));
            json.set("metrics", metrics(result));
        }
        json.set("runs", runs);
        json.set("settings", settings);
        return json;
    }

    /** Those that have a checkpoint; each is a directory to inspect by itself. */
    private static ArrayNode runs(Storage storage, FittingDirectory fitting, List<String> planned) throws IOException {
        ArrayNode runs = Json.array();
        for (String name : planned) {
            String run = fitting.run(name);
            List<CheckpointManifest> manifests =
                    CheckpointStore.open(storage, run).manifests();
            if (!manifests.isEmpty()) {
                CheckpointManifest newest = manifests.get(0);
                byte[] own = newest.facts().settings().getBytes(StandardCharsets.UTF_8);
                runs.addObject()
                        .put("run", run)
                        .put("round", newest.facts().round())
                        .put("rounds", Json.parse(run, own).at("/train/rounds").longValue());
            }
        }
        return runs;
    }

    /** They are trained one after the other, and one may end before its last round. */
    private static int done(ArrayNode runs) {
        JsonNode last = runs.path(runs.size() - 1);
        boolean ended = last.path("round").longValue() == last.path("rounds").longValue();
        return ended ? runs.size() : runs.size() - 1;
    }

    /** Means and standard deviations over folds. */
    private static ArrayNode metrics(JsonNode result) {
        ArrayNode metrics = Json.array();
        for (Map.Entry<String, JsonNode> field : result.properties()) {
            if (field.getValue().isObject()) {
                ObjectNode metric = metrics.addObject().put("metric", field.getKey());
                metric.setAll((ObjectNode) field.getValue());
            }
        }
        return metrics;
    }

    /** An inspection with only those settings of a run or of a fitting that differ from the {@link #defaults}. */
    static ObjectNode abridged(ObjectNode found, Future<Set<String>> defaults) throws IOException {
        ObjectNode shown = found.deepCopy();
        if (shown.at("/settings/model").isObject()) {
            ArrayNode settings = Json.array();
            changed(shown.get("settings"), defaults).forEach(settings::add);
            shown.set("settings", settings);
        }
        return shown;
    }

    /** An inspection as text: a line for each value, tables for lists, numbers in groups of three. */
    static String text(ObjectNode found) {
        var text = new StringBuilder();
        object(found, "", text);
        return text.toString();
    }

    private static List<String> changed(JsonNode settings, Future<Set<String>> defaults) throws IOException {
        try {
            Set<String> unchanged = defaults.get();
            return ResumeCompatibility.arguments(settings).stream()
                    .filter(argument -> !unchanged.contains(argument))
                    .toList();
        } catch (ExecutionException e) {
            throw new IllegalStateException("the default settings could not be read", e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("interrupted while the default settings were read");
        }
    }

    /** Every setting as it is by default, {@code key=value}. */
    static Set<String> defaults() throws CorruptFileException {
        return new HashSet<>(
                ResumeCompatibility.arguments(Settings.load(List.of()).render()));
    }

    private static void object(JsonNode object, String indent, StringBuilder text) {
        int width = width(object.properties().stream()
                .filter(field -> field.getValue().isValueNode())
                .map(Map.Entry::getKey));
        object.properties().forEach(field -> {
            JsonNode value = field.getValue();
            if (value.isValueNode()) {
                text.append(indent + padded(field.getKey(), width) + INDENT + shown(value) + "\n");
                return;
            }
            text.append(indent).append(field.getKey()).append('\n');
            if (value.isObject()) {
                object(value, indent + INDENT, text);
            } else {
                list(value, indent + INDENT, text);
            }
        });
    }

    private static void list(JsonNode list, String indent, StringBuilder text) {
        if (!list.path(0).isObject()) {
            list.forEach(element -> text.append(indent).append(shown(element)).append('\n'));
            return;
        }
        List<List<String>> rows = new ArrayList<>();
        List<String> names = new ArrayList<>();
        list.get(0).fieldNames().forEachRemaining(names::add);
        rows.add(names);
        list.forEach(element ->
                rows.add(names.stream().map(name -> shown(element.path(name))).toList()));
        for (List<String> row : rows) {
            StringBuilder line = new StringBuilder(indent);
            for (int column = 0; column < names.size(); column++) {
                int at = column;
                int width = width(rows.stream().map(cells -> cells.get(at)));
                line.append(padded(row.get(column), width)).append(INDENT);
            }
            text.append(line.toString().stripTrailing()).append('\n');
        }
    }

    private static String shown(JsonNode value) {
        if (!value.isIntegralNumber()) {
            return value.asText();
        }
        StringBuilder digits = new StringBuilder(value.asText()); // a formatter would look for the words of a language
        int first = digits.charAt(0) == '-' ? 1 : 0;
        for (int at = digits.length() - 3; at > first; at -= 3) {
            digits.insert(at, ',');
        }
        return digits.toString();
    }

    private static int width(Stream<String> words) {
        return words.mapToInt(String::length).max().orElse(0);
    }

    private static String padded(String word, int width) {
        return word + " ".repeat(width - word.length());
    }
}
