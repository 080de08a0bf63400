package io.github.hyenaspark.jobs.spark.run;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.hyenaspark.config.Settings;
import io.github.hyenaspark.io.CorruptFileException;
import io.github.hyenaspark.io.Json;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * The settings that a run's bits depend on: the sections model and train, and of data what decides the shards. Where
 * the data is, how often it is saved and where the tasks run may change from one start of a run to the next.
 */
public final class ResumeCompatibility {
    public static final List<String> SECTIONS = List.of("data", "model", "train");

    public static final String ARCHITECTURE = "model";

    /** The sections that a resumed run keeps without being told. */
    public static final List<String> TRAINING = List.of(ARCHITECTURE, "train");

    /** Settings of that section that a model may be trained on with others. */
    private static final Set<String> OF_TRAINING = Set.of("model.dropout", "model.embed-dropout", "model.init-std");

    /** Where the data is and how it is prepared. The hash of the snapshot proves that it is the same data. */
    private static final Set<String> FREE = Set.of(
            "data.input",
            "data.dataset",
            "data.snapshot",
            "data.max-bad-fraction",
            "data.on-changed",
            "data.prune",
            "data.dry-run",
            "data.interval-start",
            "data.interval-end");

    /** What these settings were in runs that began before there was the setting. */
    private static final Map<String, String> AT_FIRST =
            Map.of("train.dropout-seeds", "sum", "train.schedule", "timm", "train.second-moment", "workers");

    private ResumeCompatibility() {}

    /** Refuses other settings than a run's checkpoint has, naming every key that differs, with both values. */
    public static void refuseDifferences(String stored, String current, String run) throws CorruptFileException {
        List<String> differences = differences(stored, current);
        if (!differences.isEmpty()) {
            throw new IllegalArgumentException("the run in " + run + " was started with other settings: "
                    + String.join("; ", differences)
                    + ". Restore them to resume it, or choose another run.dir for a new run");
        }
    }

    /** Refuses another architecture than an imported model's, naming every key that differs, with both values. */
    public static void refuseOtherArchitecture(String stored, String current, String run) throws CorruptFileException {
        List<String> differences = differences(stored, current).stream()
                .filter(difference -> difference.startsWith(ARCHITECTURE + "."))
                .filter(difference -> OF_TRAINING.stream().noneMatch(key -> difference.startsWith(key + " ")))
                .toList();
        if (!differences.isEmpty()) {
            throw new IllegalArgumentException("the model that was imported into " + run + " is another: "
                    + String.join("; ", differences) + ". Leave these settings out: the model brings its own");
        }
    }

    /** The settings that a run began with. One that began before there was a setting keeps what it did then. */
    public static Settings began(String stored) throws CorruptFileException {
        Set<String> known = flat(parsed(stored)).keySet();
        return Settings.ofJson(stored)
                .with(AT_FIRST.entrySet().stream()
                        .filter(setting -> !known.contains(setting.getKey()))
                        .map(setting -> setting.getKey() + "=" + setting.getValue())
                        .toList());
    }

    /** Settings in JSON as arguments of the command line: {@code key=value} for every value. */
    public static List<String> arguments(String sections) throws CorruptFileException {
        return arguments(parsed(sections));
    }

    /** The same of parsed settings. */
    public static List<String> arguments(JsonNode sections) {
        List<String> arguments = new ArrayList<>();
        flat(sections).forEach((key, value) -> {
            boolean quoted = value.startsWith("\"");
            arguments.add(key + "=" + (quoted ? value.substring(1, value.length() - 1) : value));
        });
        return arguments;
    }

    /** A setting that there was not yet when the run began had what is its default now; see {@link #began}. */
    static List<String> differences(String stored, String current) throws CorruptFileException {
        Map<String, String> now = flat(parsed(current));
        Map<String, String> then = flat(parsed(Settings.load(List.of()).renderSections(SECTIONS)));
        then.keySet().retainAll(now.keySet());
        then.putAll(flat(parsed(stored)));
        Set<String> keys = new TreeSet<>(then.keySet());
        keys.addAll(now.keySet());
        keys.removeAll(FREE);
        List<String> differences = new ArrayList<>();
        for (String key : keys) {
            String before = then.getOrDefault(key, "nothing");
            String after = now.getOrDefault(key, "nothing");
            if (!before.equals(after)) {
                differences.add(key + " was " + before + " and is " + after);
            }
        }
        return differences;
    }

    private static Map<String, String> flat(JsonNode settings) {
        Map<String, String> values = new TreeMap<>();
        Json.flat(settings)
                .forEach((key, value) ->
                        values.put(key, value.isNumber() || value.isBoolean() ? value.asText() : Json.line(value)));
        return values;
    }

    private static JsonNode parsed(String json) throws CorruptFileException {
        return Json.parse("the settings of a run", json.getBytes(StandardCharsets.UTF_8));
    }
}
