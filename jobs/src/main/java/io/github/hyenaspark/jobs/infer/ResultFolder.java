package io.github.hyenaspark.jobs.infer;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.hyenaspark.data.prepare.commit.LeaseHost;
import io.github.hyenaspark.io.FileInfo;
import io.github.hyenaspark.io.Json;
import io.github.hyenaspark.io.LockedException;
import io.github.hyenaspark.io.Refusal;
import io.github.hyenaspark.io.Requests;
import io.github.hyenaspark.io.Storage;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The directory of a command's Parquet files. The file {@code _hyena.json}, which Spark does not read, has a hash of
 * what was asked from the start, and the result at the end: so the same command does nothing after one that ended, and
 * begins again after one that was killed. The file also says which attempt writes, by a name of its own and its
 * process: of two commands on one machine the later stops, and of two on different machines none calls rows of both a
 * result.
 *
 * @param attempt what tells this command from others that write here
 */
public record ResultFolder(Storage storage, String uri, String asked, String attempt) {
    private static final String FILE = "_hyena.json";
    private static final int FORMAT = 2; // of what is hashed; the first, without a number, had no places of files
    private static final String UNFINISHED = "_temporary";
    /** What Spark names a file of rows: the number of its task, then the write. */
    private static final Pattern PART =
            Pattern.compile("part-\\d+-(\\p{XDigit}{8}(?:-\\p{XDigit}{4}){3}-\\p{XDigit}{12}).*");

    private static final Pattern PATTERN = Pattern.compile("[{}\\[\\]*?\\\\]");

    /**
     * Refuses a directory that holds files of others, or results of anything else; {@code key} is its setting.
     * LockedException if another process of this machine writes into it.
     */
    public static ResultFolder of(Storage storage, String key, String uri, String asked) throws IOException {
        var folder = new ResultFolder(storage, uri, asked, UUID.randomUUID().toString());
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
            folder.refuseIfWritten(there.get());
            if (!done) {
                Optional<FileInfo> foreign = storage.everythingBelow(uri).stream()
                        .filter(file -> !isOwn(file))
                        .findFirst();
                refuseIf(
                        foreign.isPresent(),
                        key + ": there is " + foreign.map(FileInfo::uri).orElse("") + " among unfinished results");
            }
        }
        return folder;
    }

    /** Whether a command like this one, or Spark for it, may have left a file. */
    private static boolean isOwn(FileInfo file) {
        return file.name().equals(FILE)
                || file.name().startsWith(".")
                || file.name().startsWith("_SUCCESS")
                || file.name().startsWith("part-")
                || file.uri().contains("/" + UNFINISHED + "/")
                || file.uri().contains("/__magic");
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

    /** A process that cannot be seen from here may be gone as well; {@link #end} finds out whether it was. */
    private void refuseIfWritten(JsonNode there) throws LockedException {
        var host = new LeaseHost();
        long pid = there.path("pid").asLong();
        boolean visible =
                !host.table().isEmpty() && there.path("table").asText().equals(host.table());
        boolean lives = visible
                && host.began(pid) > 0
                && host.began(pid) == there.path("began").asLong();
        if (lives && pid != host.pid() && !there.has("result")) {
            throw new LockedException("another command, process " + pid + ", is writing into " + uri
                    + "; wait until it ends, or choose another directory");
        }
    }

    /**
     * Deletes what a command that did not end has left, and is itself unfinished from its first step on.
     * LockedException if another process of this machine writes into it.
     */
    public void begin() throws IOException {
        Optional<JsonNode> there = read();
        if (there.isPresent()) {
            refuseIfWritten(there.get());
        }
        storage.replace(file(), Json.bytes(noted()));
        storage.delete(Storage.resolve(uri, UNFINISHED));
        List<FileInfo> left = storage.everythingBelow(uri).stream()
                .filter(file -> !file.name().equals(FILE))
                .toList();
        Requests.all(left, file -> {
            storage.delete(file.uri());
            return true;
        });
    }

    /** LockedException if another command has begun meanwhile, or rows of another one are among those of this. */
    public void end(ObjectNode result) throws IOException {
        String writer = read().map(there -> there.path("attempt").asText()).orElse("nobody");
        long writes = storage.list(uri).stream()
                .map(file -> PART.matcher(file.name()))
                .filter(Matcher::matches)
                .map(part -> part.group(1))
                .distinct()
                .count();
        if (!writer.equals(attempt) || writes > 1) {
            throw new LockedException("another command has written into " + uri
                    + " at the same time; run this one again when no other one runs");
        }
        storage.replace(file(), Json.bytes(noted().<ObjectNode>set("result", result)));
    }

    private ObjectNode noted() {
        var host = new LeaseHost();
        long pid = host.pid();
        return Json.object()
                .put("format", FORMAT)
                .put("asked", asked)
                .put("attempt", attempt)
                .put("pid", pid)
                .put("table", host.table())
                .put("began", host.began(pid));
    }

    private Optional<JsonNode> read() throws IOException {
        return storage.exists(file()) ? Optional.of(Json.parse(file(), storage.read(file()))) : Optional.empty();
    }

    private String file() {
        return Storage.resolve(uri, FILE);
    }
}
