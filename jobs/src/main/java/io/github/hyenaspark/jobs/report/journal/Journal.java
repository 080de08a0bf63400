package io.github.hyenaspark.jobs.report.journal;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.hyenaspark.io.CorruptFileException;
import io.github.hyenaspark.io.Json;
import io.github.hyenaspark.io.Storage;
import java.io.ByteArrayOutputStream;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The journal of a run: one JSON object a line and a round, in {@code journal.jsonl} of the run's directory.
 *
 * <p>The whole file is replaced just before each checkpoint is committed, and the checkpoint records its length. A
 * crash between the two leaves lines of rounds that were never committed; {@link #open} cuts them, so no round appears
 * twice. Replacing works on HDFS and S3 alike, and at about a kilobyte a line the file stays smaller than the
 * checkpoint. Only lines that are not yet stored are held in memory.
 */
public final class Journal {
    private static final String NAME = "journal.jsonl";
    private static final Logger LOG = LoggerFactory.getLogger(Journal.class);

    private final Storage storage;
    private final String uri;
    private final ByteArrayOutputStream added = new ByteArrayOutputStream();

    /** Valid bytes of the stored file; the next save cuts what follows. */
    private int stored;

    private Journal(Storage storage, String uri) {
        this.storage = storage;
        this.uri = uri;
    }

    /**
     * Opens the journal of a run and cuts it to the length that the checkpoint records, 0 for a new run;
     * {@code entries} receives every line that is kept, oldest first. Damaged lines are left out with a warning.
     */
    public static Journal open(
            Storage storage, String runDirectory, long committedBytes, Consumer<? super JsonNode> entries)
            throws IOException {
        var log = new Journal(storage, Storage.resolve(runDirectory, NAME));
        byte[] kept = log.stored(committedBytes);
        byte[] whole = log.wholeLines(kept, entries);
        if (whole.length == kept.length) {
            log.stored = kept.length;
        } else {
            log.added.writeBytes(whole);
        }
        return log;
    }

    /** Reads the journal of a finished run, oldest line first. Damaged lines are left out with a warning. */
    public static void read(Storage storage, String runDirectory, Consumer<? super JsonNode> entries)
            throws IOException {
        var log = new Journal(storage, Storage.resolve(runDirectory, NAME));
        log.wholeLines(log.stored(Integer.MAX_VALUE - 8), entries);
    }

    /** The first bytes of the stored journal, to the end of a line, and a warning if there are fewer. */
    private byte[] stored(long bytes) throws IOException {
        byte[] found = bytes > 0 ? stored((int) Math.min(bytes, Integer.MAX_VALUE - 8)) : new byte[0];
        int kept = afterLastLine(found, found.length);
        if (kept < bytes) {
            LOG.warn(
                    "the journal {} has {} bytes of whole lines, but its checkpoint recorded {}: some earlier rounds"
                            + " are missing; training does not need them",
                    uri,
                    kept,
                    bytes);
        }
        return Arrays.copyOf(found, kept);
    }

    private byte[] stored(int most) throws IOException {
        try {
            return storage.read(uri, most);
        } catch (FileNotFoundException e) {
            if (storage.exists(uri)) { // as a directory
                LOG.warn("the journal cannot be read: {}", e.getMessage());
            }
            return new byte[0];
        }
    }

    /** Leaves out lines that are not objects: they are unreadable, and training does not need them. */
    private byte[] wholeLines(byte[] lines, Consumer<? super JsonNode> entries) {
        var whole = new ByteArrayOutputStream();
        List<String> damaged = new ArrayList<>();
        int begin = 0;
        int line = 0;
        for (int at = 0; at < lines.length; at++) {
            if (lines[at] == '\n') {
                line++;
                try {
                    entries.accept(object(uri + ", line " + line, Arrays.copyOfRange(lines, begin, at)));
                    whole.write(lines, begin, at + 1 - begin);
                } catch (CorruptFileException e) {
                    damaged.add(e.getMessage());
                }
                begin = at + 1;
            }
        }
        if (!damaged.isEmpty()) {
            LOG.warn("left out {} damaged lines of the journal, the first: {}", damaged.size(), damaged.get(0));
        }
        return whole.toByteArray();
    }

    private static JsonNode object(String place, byte[] line) throws CorruptFileException {
        JsonNode entry = Json.parse(place, line);
        if (!entry.isObject()) {
            throw new CorruptFileException(
                    place, "an object", entry.getNodeType().name().toLowerCase(Locale.ROOT));
        }
        return entry;
    }

    /** Adds one line; nothing is stored before {@link #save}. */
    public void append(ObjectNode entry) {
        added.writeBytes((Json.line(entry) + "\n").getBytes(StandardCharsets.UTF_8));
    }

    /** The length with all lines added so far, bytes. */
    public long bytes() {
        return (long) stored + added.size();
    }

    public void save() throws IOException {
        var lines = new ByteArrayOutputStream();
        lines.writeBytes(stored(stored));
        added.writeTo(lines);
        storage.replace(uri, lines.toByteArray());
        stored = lines.size();
        added.reset();
    }

    private static int afterLastLine(byte[] bytes, int end) {
        int at = end;
        while (at > 0 && bytes[at - 1] != '\n') {
            at--;
        }
        return at;
    }
}
