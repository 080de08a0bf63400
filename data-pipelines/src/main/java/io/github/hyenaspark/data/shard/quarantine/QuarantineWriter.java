package io.github.hyenaspark.data.shard.quarantine;

import com.github.luben.zstd.ZstdOutputStream;
import io.github.hyenaspark.data.shard.ObjectRef;
import io.github.hyenaspark.data.shard.SpoolFile;
import io.github.hyenaspark.io.Json;
import io.github.hyenaspark.io.Storage;
import java.io.Closeable;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/**
 * Writes down the documents of one work unit that are not in the dataset, each as a JSON object on a line of its own,
 * compressed by zstd. Entries are in a temporary file until then. Equal entries in the same order give equal bytes.
 * Read by {@link Quarantine}. Confined to one thread.
 */
public final class QuarantineWriter implements Closeable {
    private static final int LEVEL = 3;

    private final SpoolFile spool;
    private final ZstdOutputStream out;
    private long entries;

    private QuarantineWriter(SpoolFile spool) throws IOException {
        this.spool = spool;
        this.out = new ZstdOutputStream(spool.output(), LEVEL);
    }

    /**
     * A quarantine without entries.
     *
     * @throws IOException if the temporary file cannot be made
     */
    public static QuarantineWriter open() throws IOException {
        SpoolFile spool = SpoolFile.open();
        try {
            return new QuarantineWriter(spool);
        } catch (IOException e) {
            spool.close();
            throw e;
        }
    }

    /**
     * Adds an entry.
     *
     * @throws IOException if the temporary file cannot be written
     */
    public void append(QuarantineEntry entry) throws IOException {
        out.write((Json.line(entry.toJson()) + "\n").getBytes(StandardCharsets.UTF_8));
        entries++;
    }

    /** Entries so far. */
    public long entries() {
        return entries;
    }

    /**
     * Writes {@code quarantine/UNIT-HASH.jsonl.zst}; no entry can be added after it.
     *
     * @param dataset the dataset's directory
     * @param unit the unit's name
     * @return the facts of the object; empty if there are no entries, and no file
     */
    public Optional<ObjectRef> write(Storage storage, String dataset, String unit) throws IOException {
        out.close();
        return entries == 0
                ? Optional.empty()
                : Optional.of(ObjectRef.of(
                        Quarantine.FOLDER,
                        spool.publish(
                                storage,
                                Storage.resolve(dataset, Quarantine.FOLDER + "/" + unit + "-"),
                                ".jsonl.zst")));
    }

    @Override
    public void close() throws IOException {
        try {
            out.close();
        } finally {
            spool.close();
        }
    }
}
