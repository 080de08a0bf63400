package io.github.hyenaspark.data.shard.table;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.github.luben.zstd.ZstdInputStream;
import com.github.luben.zstd.ZstdOutputStream;
import io.github.hyenaspark.data.bytes.Utf8;
import io.github.hyenaspark.data.shard.ObjectRef;
import io.github.hyenaspark.data.shard.RowSink;
import io.github.hyenaspark.data.shard.SpoolFile;
import io.github.hyenaspark.io.CorruptFileException;
import io.github.hyenaspark.io.Json;
import io.github.hyenaspark.io.Storage;
import java.io.BufferedReader;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * Writes the documents of one work unit that are not in the dataset, each as a JSON object on its own line, compressed
 * by zstd, and reads them back. Entries are in a temporary file until then. Equal entries in the same order give equal
 * bytes. Confined to one thread.
 */
public final class Quarantine implements Closeable {
    public static final String FOLDER = "quarantine";

    private static final int LEVEL = 3;

    private final SpoolFile spool;
    private final ZstdOutputStream out;
    private long entries;

    private Quarantine(SpoolFile spool) throws IOException {
        this.spool = spool;
        this.out = new ZstdOutputStream(spool.output(), LEVEL);
    }

    public static Quarantine open() throws IOException {
        SpoolFile spool = SpoolFile.open();
        try {
            return new Quarantine(spool);
        } catch (IOException e) {
            spool.close();
            throw e;
        }
    }

    public void append(Entry entry) throws IOException {
        out.write((Json.line(entry.toJson()) + "\n").getBytes(StandardCharsets.UTF_8));
        entries++;
    }

    /** Where a dataset's entries are, and how to look at them. */
    public static String advice(String dataset) {
        return "All are listed in " + Storage.resolve(dataset, FOLDER) + "; zstdcat shows its .jsonl.zst files";
    }

    /** Writes {@code quarantine/UNIT-HASH.jsonl.zst}, unless there are no entries; none can be added after it. */
    public Optional<ObjectRef> write(Storage storage, String dataset, String unit) throws IOException {
        out.close();
        return entries == 0
                ? Optional.empty()
                : Optional.of(ObjectRef.of(
                        FOLDER,
                        spool.publish(storage, Storage.resolve(dataset, FOLDER + "/" + unit + "-"), ".jsonl.zst")));
    }

    @Override
    public void close() throws IOException {
        try {
            out.close();
        } finally {
            spool.close();
        }
    }

    /** The first entry, of the bad ones if there are any. */
    public static Optional<Entry> first(Storage storage, String uri) throws IOException {
        Map<Entry.Kind, Entry> first = new EnumMap<>(Entry.Kind.class);
        read(storage, uri, entry -> first.putIfAbsent(entry.kind(), entry));
        return first.values().stream().findFirst();
    }

    /** Gives every entry, in the order in which they were written. The file is checked against the hash in its name. */
    public static void read(Storage storage, String uri, RowSink<Entry> entries) throws IOException {
        try (SpoolFile file = SpoolFile.copyOf(storage, uri);
                var text = new InputStreamReader(new ZstdInputStream(file.input(0)), StandardCharsets.UTF_8);
                var lines = new BufferedReader(text)) {
            long number = 1;
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                String where = uri + " line " + number++;
                entries.accept(Entry.fromJson(Json.parse(where, line.getBytes(StandardCharsets.UTF_8)), where));
            }
        }
    }

    /**
     * A document that is not in the dataset, and its first bytes, at most 256. Do not compare by {@code equals}: they
     * are the caller's array.
     *
     * @param position of the document in its file
     * @param offset of the fault: the position itself if the record is wrong, in the document's text if that is
     */
    public record Entry(String path, long position, long offset, Kind kind, String reason, byte[] beginning) {
        /** Why a document is left out: it is unreadable, or a filter or step refuses it. */
        public enum Kind {
            BAD,
            FILTERED;

            private String text() {
                return name().toLowerCase(Locale.ROOT);
            }
        }

        private static final int BEGINNING_BYTES = 256;

        public Entry {
            beginning = beginning.length <= BEGINNING_BYTES ? beginning : Arrays.copyOf(beginning, BEGINNING_BYTES);
        }

        /** Where it is and what is wrong with it, as part of a sentence. */
        public String inWords() {
            return position == 0 || offset == position
                    ? path + " at byte " + offset + " (" + reason + ")"
                    : path + ", the document at " + position + " (" + reason + ", at byte " + offset + " of its text)";
        }

        ObjectNode toJson() {
            ObjectNode json = Json.object()
                    .put("path", path)
                    .put("position", position)
                    .put("offset", offset)
                    .put("kind", kind.text())
                    .put("reason", reason);
            try {
                return json.put("beginning", text(beginning));
            } catch (CharacterCodingException e) {
                return json.put("beginning_base64", Base64.getEncoder().encodeToString(beginning));
            }
        }

        static Entry fromJson(JsonNode json, String where) throws CorruptFileException {
            return new Entry(
                    Json.text(json, where, "path"),
                    Json.wholeNumber(json, where, "position"),
                    Json.wholeNumber(json, where, "offset"),
                    kind(Json.text(json, where, "kind"), where),
                    Json.text(json, where, "reason"),
                    beginning(json, where));
        }

        private static Kind kind(String found, String where) throws CorruptFileException {
            return Arrays.stream(Kind.values())
                    .filter(kind -> kind.text().equals(found))
                    .findFirst()
                    .orElseThrow(
                            () -> new CorruptFileException(where, "bad or filtered as \"kind\"", "\"" + found + "\""));
        }

        private static byte[] beginning(JsonNode json, String where) throws CorruptFileException {
            if (json.has("beginning")) {
                return Json.text(json, where, "beginning").getBytes(StandardCharsets.UTF_8);
            }
            String base64 = Json.text(json, where, "beginning_base64");
            try {
                return Base64.getDecoder().decode(base64);
            } catch (IllegalArgumentException e) {
                throw new CorruptFileException(where, "Base64 as \"beginning_base64\"", "\"" + base64 + "\"");
            }
        }

        /** Without an incomplete last character. */
        private static String text(byte[] beginning) throws CharacterCodingException {
            int end = beginning.length;
            if (end == BEGINNING_BYTES) {
                int last = end - 1;
                while (last > end - 4 && Utf8.lengthOf(beginning[last] & 0xFF) == 0) {
                    last--;
                }
                end = last + Utf8.lengthOf(beginning[last] & 0xFF) > end ? last : end;
            }
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(beginning, 0, end))
                    .toString();
        }
    }
}
