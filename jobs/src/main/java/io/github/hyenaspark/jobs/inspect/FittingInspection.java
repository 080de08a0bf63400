package io.github.hyenaspark.jobs.inspect;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.hyenaspark.checkpoint.CheckpointManifest;
import io.github.hyenaspark.checkpoint.CheckpointStore;
import io.github.hyenaspark.io.Json;
import io.github.hyenaspark.io.Storage;
import io.github.hyenaspark.jobs.spark.run.FittingDirectory;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;

/** What {@code inspect} shows of a fitting: how far it is and, at its end, what it measured. */
final class FittingInspection {
    private FittingInspection() {}

    /** CorruptFileException if a file of the fitting is not JSON. */
    static ObjectNode of(Storage storage, FittingDirectory fitting) throws IOException {
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
}
