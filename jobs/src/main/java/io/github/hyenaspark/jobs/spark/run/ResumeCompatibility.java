package io.github.hyenaspark.jobs.spark.run;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.hyenaspark.checkpoint.Checkpoint;
import io.github.hyenaspark.checkpoint.TrainingProgress.Change;
import io.github.hyenaspark.config.Settings;
import io.github.hyenaspark.io.CorruptFileException;
import io.github.hyenaspark.io.Json;
import io.github.hyenaspark.io.Refusal;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * The settings that a run remembers, so that its directory alone is enough to resume it, and which of them a resume may
 * change: those that leave what was trained so far valid. Where the data is may change unnoticed.
 */
public final class ResumeCompatibility {
    /** The sections that a run remembers. */
    public static final List<String> SECTIONS = List.of("checkpoint", "data", "model", "run", "train");

    private static final String ARCHITECTURE = "model";

    /** Settings of that section that a model may be trained on with others. */
    private static final Set<String> OF_TRAINING = Set.of("model.dropout", "model.embed-dropout", "model.init-std");

    /** Of one start of the command; never remembered. */
    private static final Set<String> OF_ONE_START = Set.of(
            "run.dir",
            "run.dry-run",
            "run.stop-after-rounds",
            "run.allow-inexact-resume",
            "run.replay",
            "run.checkpoint",
            "run.progress",
            "run.store-patience-seconds");

    /**
     * Where the data is and how it is prepared. The hash of the snapshot proves that it is the same data, and its
     * fingerprint that it is the same tokenizer.
     */
    private static final Set<String> FREE = Set.of(
            "data.input",
            "data.dataset",
            "data.snapshot",
            "data.tokenizer",
            "data.max-bad-fraction",
            "data.min-age",
            "data.on-changed",
            "data.prune",
            "data.dry-run",
            "data.interval-start",
            "data.interval-end");

    /** What a resume may change. */
    private static final Pattern CHANGEABLE = Pattern.compile(
            "(checkpoint|run)\\..*|train\\.(rounds|threads|lr|matrix-lr|filter-lr|min-lr|schedule|decay-fraction"
                    + "|clip-norm|guard\\..*|outer\\.lr|codec|down-codec)");

    /** What these settings were in runs that began before there was the setting. */
    private static final Map<String, String> AT_FIRST = Map.of(
            "run.validate-tokens",
            "-1",
            "train.dropout-seeds",
            "sum",
            "train.schedule",
            "timm",
            "train.second-moment",
            "workers");

    private ResumeCompatibility() {}

    /**
     * What a resume changes. IllegalArgumentException naming every setting that must not change, with both values, or
     * if the run has more rounds than it is to have.
     */
    public static List<Change> changes(Checkpoint from, String current, String run) throws CorruptFileException {
        List<Change> changes = changes(began(from.settings()).renderSections(SECTIONS), current, from.round() + 1);
        String forbidden = changes.stream()
                .filter(change -> !CHANGEABLE.matcher(change.key()).matches())
                .map(Change::toString)
                .collect(Collectors.joining("; "));
        if (!forbidden.isEmpty()) {
            throw new IllegalArgumentException("the run in " + run + " was started with other settings: " + forbidden
                    + ". Leave them out to resume it, or choose another run.dir for a new run");
        }
        for (Change change : changes) {
            boolean tooFew = change.key().equals("train.rounds") && Long.parseLong(change.is()) < from.round();
            Refusal.unless(!tooFew, change.key(), change.is(), from.round() + ", which " + run + " has done, or more");
        }
        return changes;
    }

    /** Refuses another architecture than a finished model's, naming every key that differs, with both values. */
    public static void refuseOtherArchitecture(String stored, String current, String run) throws CorruptFileException {
        String differences = changes(stored, current, 1).stream()
                .filter(change -> change.key().startsWith(ARCHITECTURE + ".") && !OF_TRAINING.contains(change.key()))
                .map(Change::toString)
                .collect(Collectors.joining("; "));
        if (!differences.isEmpty()) {
            throw new IllegalArgumentException("the model in " + run + " is another: " + differences
                    + ". Leave these settings out: the model brings its own");
        }
    }

    /** The settings that a run began with. One that began before there was a setting keeps what it did then. */
    public static Settings began(String stored) throws CorruptFileException {
        return Settings.ofJson(stored).with(before(stored));
    }

    /** As arguments, what settings were that there was not yet when a run began. */
    public static List<String> before(String stored) throws CorruptFileException {
        Set<String> known = flat(parsed(stored)).keySet();
        return AT_FIRST.entrySet().stream()
                .filter(setting -> !known.contains(setting.getKey()))
                .map(setting -> setting.getKey() + "=" + setting.getValue())
                .sorted()
                .toList();
    }

    /**
     * What a run keeps without being told, as arguments: of a model that was imported and is not trained yet its
     * architecture, else all but what is {@link #OF_ONE_START}, and the dataset where it was, wherever that is from
     * here.
     */
    public static List<String> remembered(Checkpoint facts) throws CorruptFileException {
        List<String> sections = facts.isImported() ? List.of(ARCHITECTURE) : SECTIONS;
        List<String> arguments = new ArrayList<>();
        Json.flat(parsed(began(facts.settings()).renderSections(sections))).forEach((key, value) -> {
            if (OF_ONE_START.contains(key)) {
                return;
            }
            boolean dataset = key.equals("data.dataset");
            arguments.add(
                    dataset ? key + "=" + facts.dataset().replaceFirst("/snapshots/[^/]*$", "") : argument(key, value));
        });
        return arguments;
    }

    /** The changes of a run, the last of each key, that a file of the settings asked for has a value from before. */
    public static List<Change> undoneByFiles(Checkpoint facts, Settings asked) throws CorruptFileException {
        return flat(parsed(asked.renderSections(SECTIONS))).entrySet().stream()
                .flatMap(setting -> undone(facts.progress().changes(), setting.getKey(), setting.getValue()).stream())
                .filter(change -> asked.fileOf(change.key()).isPresent())
                .toList();
    }

    /** The last of the changes of a key, given oldest first, if a value of it is another one from before. */
    public static Optional<Change> undone(List<Change> changes, String key, String value) {
        List<Change> ofKey =
                changes.stream().filter(change -> change.key().equals(key)).toList();
        boolean had = ofKey.stream().anyMatch(change -> change.was().equals(value));
        return ofKey.stream()
                .skip(Math.max(0, ofKey.size() - 1))
                .filter(last -> had && !last.is().equals(value))
                .findFirst();
    }

    /** What a change made of a setting, as an argument. */
    public static String argument(Change change) throws CorruptFileException {
        return argument(change.key(), parsed(change.is()));
    }

    /** Text as it is, but for one that would be read as HOCON if it were not in quotes. */
    private static String argument(String key, JsonNode value) {
        boolean hocon = value.isTextual() && value.textValue().matches("(?s)[\\[{].*");
        int dot = key.lastIndexOf('.');
        return hocon
                ? key.substring(0, dot) + "={\"" + key.substring(dot + 1) + "\":" + Json.line(value) + "}"
                : key + "=" + (value.isContainerNode() ? Json.line(value) : value.asText());
    }

    /** Settings in JSON as arguments of the command line: {@code key=value} for every value. */
    public static List<String> arguments(String sections) throws CorruptFileException {
        return arguments(parsed(sections));
    }

    /** The same of parsed settings. */
    public static List<String> arguments(JsonNode sections) {
        List<String> arguments = new ArrayList<>();
        new TreeMap<>(Json.flat(sections)).forEach((key, value) -> arguments.add(argument(key, value)));
        return arguments;
    }

    /** A setting that there was not yet when the run began had what is its default now; see {@link #began}. */
    static List<Change> changes(String stored, String current, long fromRound) throws CorruptFileException {
        Map<String, String> now = flat(parsed(current));
        Map<String, String> then = flat(parsed(Settings.load(List.of()).renderSections(SECTIONS)));
        then.keySet().retainAll(now.keySet());
        then.putAll(flat(parsed(stored)));
        Set<String> keys = new TreeSet<>(then.keySet());
        keys.addAll(now.keySet());
        keys.removeAll(FREE);
        keys.removeAll(OF_ONE_START);
        List<Change> changes = new ArrayList<>();
        for (String key : keys) {
            String before = then.getOrDefault(key, "nothing");
            String after = now.getOrDefault(key, "nothing");
            if (!before.equals(after)) {
                changes.add(new Change(fromRound, key, before, after));
            }
        }
        return changes;
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
