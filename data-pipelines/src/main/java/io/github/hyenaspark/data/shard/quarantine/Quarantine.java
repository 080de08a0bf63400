package io.github.hyenaspark.data.shard.quarantine;

import com.github.luben.zstd.ZstdInputStream;
import com.github.luben.zstd.ZstdOutputStream;
import io.github.hyenaspark.data.shard.ObjectRef;
import io.github.hyenaspark.data.shard.RowSink;
import io.github.hyenaspark.data.shard.SpoolFile;
import io.github.hyenaspark.io.Json;
import io.github.hyenaspark.io.Storage;
import java.io.BufferedReader;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.EnumMap;
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

    public void append(QuarantineEntry entry) throws IOException {
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
    public static Optional<QuarantineEntry> first(Storage storage, String uri) throws IOException {
        Map<QuarantineEntry.Kind, QuarantineEntry> first = new EnumMap<>(QuarantineEntry.Kind.class);
        read(storage, uri, entry -> first.putIfAbsent(entry.kind(), entry));
        return first.values().stream().findFirst();
    }

    /** Gives every entry, in the order in which they were written. The file is checked against the hash in its name. */
    public static void read(Storage storage, String uri, RowSink<QuarantineEntry> entries) throws IOException {
        try (SpoolFile file = SpoolFile.copyOf(storage, uri);
                var text = new InputStreamReader(new ZstdInputStream(file.input(0)), StandardCharsets.UTF_8);
                var lines = new BufferedReader(text)) {
            long number = 1;
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                String where = uri + " line " + number++;
                entries.accept(
                        QuarantineEntry.fromJson(Json.parse(where, line.getBytes(StandardCharsets.UTF_8)), where));
            }
        }
    }
}
