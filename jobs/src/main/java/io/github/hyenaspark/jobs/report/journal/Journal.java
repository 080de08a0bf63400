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
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The journal of a run: one JSON object a line and a round, in {@code journal.jsonl} of the run's directory. A line has
 * about a kilobyte and 90 bytes for each worker, so the journal of a long run goes on in {@code journal-1.jsonl},
 * {@code journal-2.jsonl} and so on: a part that has reached 8 MiB is not written again.
 *
 * <p>The last part is replaced just before each checkpoint is committed, which works on HDFS and S3 alike, and the
 * checkpoint records the length of all parts together. A crash between the two leaves lines of rounds that were never
 * committed; {@link #open} cuts them, so no round appears twice. Only lines that are not yet stored are held in memory.
 */
public final class Journal {
    private static final String NAME = "journal.jsonl";
    private static final int PART_BYTES = 8 << 20;
    private static final int MOST_BYTES = Integer.MAX_VALUE - 8; // of one part: a version before had one only
    private static final Logger LOG = LoggerFactory.getLogger(Journal.class);

    private final Storage storage;
    private final String first;
    private final ByteArrayOutputStream added = new ByteArrayOutputStream();

    /** The last part, and the bytes of those before it. */
    private int part;

    private long before;

    /** Valid bytes of the last part; the next save cuts what follows. */
    private int stored;

    private boolean saved;

    private Journal(Storage storage, String first) {
        this.storage = storage;
        this.first = first;
    }

    /**
     * Opens the journal of a run and cuts it to the length that the checkpoint records, 0 for a new run;
     * {@code entries} receives every line that is kept, oldest first. Damaged lines are left out with a warning.
     */
    public static Journal open(
            Storage storage, String runDirectory, long committedBytes, Consumer<? super JsonNode> entries)
            throws IOException {
        var log = new Journal(storage, Storage.resolve(runDirectory, NAME));
        log.read(committedBytes, entries);
        return log;
    }

    /** Reads the journal of a finished run, oldest line first. Damaged lines are left out with a warning. */
    public static void read(Storage storage, String runDirectory, Consumer<? super JsonNode> entries)
            throws IOException {
        new Journal(storage, Storage.resolve(runDirectory, NAME)).read(Long.MAX_VALUE, entries);
    }

    /** The parts of a journal that are stored, by its first one, which need not exist. */
    public static List<String> parts(Storage storage, String first) throws IOException {
        List<String> parts = new ArrayList<>(List.of(first));
        for (String next = uri(first, 1); storage.exists(next); next = uri(first, parts.size())) {
            parts.add(next);
        }
        return parts;
    }

    private static String uri(String first, int part) {
        return part == 0 ? first : first.replaceFirst("(\\.jsonl)?$", "-" + part + ".jsonl");
    }

    /** The lines of all parts up to so many bytes; the part of the last of them is the one that goes on. */
    private void read(long bytes, Consumer<? super JsonNode> entries) throws IOException {
        long found = 0;
        byte[] kept = new byte[0];
        byte[] whole = kept;
        for (int next = 0; found < bytes; next++) {
            byte[] lines = stored(next, (int) Math.min(bytes - found, MOST_BYTES));
            if (lines.length == 0) {
                break;
            }
            before = found;
            part = next;
            kept = lines;
            whole = wholeLines(uri(first, next), kept, entries);
            found += kept.length;
        }
        if (found < bytes && bytes < Long.MAX_VALUE) {
            LOG.warn(
                    "the journal {} has {} bytes of whole lines, but its checkpoint recorded {}: some earlier rounds"
                            + " are missing; training does not need them",
                    first,
                    found,
                    bytes);
        }
        if (whole.length == kept.length) {
            stored = kept.length;
        } else {
            added.writeBytes(whole);
        }
    }

    /** The first bytes of a part, to the end of a line; none if there is no such part. */
    private byte[] stored(int number, int most) throws IOException {
        byte[] found;
        try {
            found = storage.read(uri(first, number), most);
        } catch (FileNotFoundException e) {
            if (number == 0 && storage.exists(first)) { // as a directory
                LOG.warn("the journal cannot be read: {}", e.getMessage());
            }
            return new byte[0];
        }
        int end = afterLastLine(found, found.length);
        return end == found.length ? found : Arrays.copyOf(found, end);
    }

    /** Leaves out lines that are not objects: they are unreadable, and training does not need them. */
    private byte[] wholeLines(String uri, byte[] lines, Consumer<? super JsonNode> entries) {
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

    /** The length of all parts with all lines added so far, bytes. */
    public long bytes() {
        return before + stored + added.size();
    }

    public void save() throws IOException {
        if (stored >= PART_BYTES) {
            before += stored;
            part++;
            stored = 0;
        }
        var lines = new ByteArrayOutputStream();
        if (stored > 0) {
            lines.writeBytes(stored(part, stored));
        }
        added.writeTo(lines);
        storage.replace(uri(first, part), lines.toByteArray());
        stored = lines.size();
        added.reset();
        for (int next = part + 1; !saved && storage.exists(uri(first, next)); next++) {
            storage.delete(uri(first, next)); // of a process before, which did not commit it
        }
        saved = true;
    }

    private static int afterLastLine(byte[] bytes, int end) {
        int at = end;
        while (at > 0 && bytes[at - 1] != '\n') {
            at--;
        }
        return at;
    }

    /** The losses in a journal. A line takes a kilobyte; this keeps some fifty bytes of it. */
    public static final class LossHistory {
        private final List<LossPoint> train = new ArrayList<>();
        private final List<LossPoint> heldOut = new ArrayList<>();
        private long steps;
        private long heldOutRound;
        private long heldOutTokens;
        private long heldOutMillis;

        public void add(JsonNode entry) {
            addPoint(train, entry, "loss");
            addPoint(heldOut, entry, "held_out_loss");
            steps = entry.path("steps").asLong(steps);
            if (entry.path("held_out_loss").isNumber()) {
                heldOutRound = entry.path("round").asLong();
            }
            heldOutTokens = entry.path("held_out_tokens").asLong(heldOutTokens);
            heldOutMillis += entry.path("ms").path("held_out").asLong();
        }

        private static void addPoint(List<LossPoint> points, JsonNode entry, String key) {
            if (entry.path(key).isNumber()) {
                points.add(new LossPoint(
                        entry.path("tokens").doubleValue(), entry.path(key).doubleValue()));
            }
        }

        /** The training loss of every round; a view. */
        public List<LossPoint> train() {
            return Collections.unmodifiableList(train);
        }

        /** The held-out loss, where it was measured; a view. */
        public List<LossPoint> heldOut() {
            return Collections.unmodifiableList(heldOut);
        }

        public long steps() {
            return steps;
        }

        /** The last round whose held-out loss was measured; 0 if none was. */
        public long heldOutRound() {
            return heldOutRound;
        }

        /** Targets that the last held-out loss is of. */
        public long heldOutTokens() {
            return heldOutTokens;
        }

        /** What measuring all held-out losses took. */
        public long heldOutMillis() {
            return heldOutMillis;
        }

        /** A point of a loss curve: tokens trained on so far, and nats per token. */
        public record LossPoint(double tokens, double loss) {}
    }
}
