package io.github.hyenaspark.jobs.infer;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.hyenaspark.io.FileInfo;
import io.github.hyenaspark.io.Json;
import io.github.hyenaspark.io.Refusal;
import io.github.hyenaspark.io.Storage;
import java.io.IOException;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * The directory of a command's Parquet files. The file {@code _hyena.json}, which Spark does not read, has a hash of
 * what was asked from the start, and the result at the end: so the same command does nothing after one that ended, and
 * begins again after one that was killed.
 */
public record ResultFolder(Storage storage, String uri, String asked) {
    private static final String FILE = "_hyena.json";
    private static final int FORMAT = 2; // of what is hashed; the first, without a number, had no places of files
    private static final String UNFINISHED = "_temporary";
    private static final Pattern PATTERN = Pattern.compile("[{}\\[\\]*?\\\\]");

    /** Refuses a directory that holds files of others, or results of anything else; {@code key} is its setting. */
    public static ResultFolder of(Storage storage, String key, String uri, String asked) throws IOException {
        var folder = new ResultFolder(storage, uri, asked);
        Optional<JsonNode> there = folder.read();
        if (there.isEmpty()) {
            boolean used = storage.everythingBelow(uri).stream()
                    .anyMatch(file -> !file.uri().contains("/" + UNFINISHED + "/")
                            && !file.name().contains(FILE));
            refuseIf(used, key + ": there are files in " + uri + " already");
        } else {
            boolean done = there.get().has("result");
            boolean older = there.get().path("format").asInt() < FORMAT;
            refuseIf(
                    done && older,
                    key + ": " + uri + " has results of an earlier version, which did not note all that decides them");
            boolean other = !there.get().path("asked").asText().equals(asked);
            refuseIf(
                    done && other,
                    key + ": " + uri + " has the results of other documents, another model or other settings");
        }
        return folder;
    }

    /** Refuses no name, and one that Spark would read as a pattern of other names. */
    public static void checkNamed(String key, String uri) {
        Refusal.unless(!uri.isBlank(), key, "nothing", "a directory");
        Refusal.unless(!PATTERN.matcher(uri).find(), key, uri, "a directory without any of {}[]*?\\ in its name");
    }

    private static void refuseIf(boolean wrong, String found) {
        if (wrong) {
            throw new IllegalArgumentException(found + "; choose another directory, or delete it");
        }
    }

    /** What the command that ended has printed. */
    public Optional<ObjectNode> result() throws IOException {
        return read().filter(found -> found.has("result")).map(found -> (ObjectNode) found.get("result"));
    }

    /** Deletes what a command that did not end has left, and is itself unfinished from its first step on. */
    public void begin() throws IOException {
        storage.replace(file(), Json.bytes(noted()));
        storage.delete(Storage.resolve(uri, UNFINISHED));
        for (FileInfo left : storage.everythingBelow(uri)) {
            if (!left.name().equals(FILE)) {
                storage.delete(left.uri());
            }
        }
    }

    public void end(ObjectNode result) throws IOException {
        storage.replace(file(), Json.bytes(noted().<ObjectNode>set("result", result)));
    }

    private ObjectNode noted() {
        return Json.object().put("format", FORMAT).put("asked", asked);
    }

    private Optional<JsonNode> read() throws IOException {
        return storage.exists(file()) ? Optional.of(Json.parse(file(), storage.read(file()))) : Optional.empty();
    }

    private String file() {
        return Storage.resolve(uri, FILE);
    }
}
