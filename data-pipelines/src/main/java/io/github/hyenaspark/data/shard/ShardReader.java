package io.github.hyenaspark.data.shard;

import io.github.hyenaspark.io.CorruptFileException;
import io.github.hyenaspark.io.RangeReader;
import io.github.hyenaspark.io.Storage;
import java.io.Closeable;
import java.io.IOException;
import java.lang.ref.SoftReference;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Reads tokens anywhere in a shard: each read is one range of whole blocks, whose checksums are compared; a read within
 * the previous range touches no file. The blocks of an object store are kept while the heap has room for them. Opening
 * checks the whole index and the shard's length. Confined to one thread.
 */
public final class ShardReader implements Closeable {
    static final String DELETE_HINT = "delete it and run prepare again";
    private static final String HINT = "run prepare again";
    /** A larger buffer serves one read only: there may be many readers. */
    private static final int LARGEST_KEPT_BUFFER = 1 << 20;

    private final Storage storage;
    private final String dataset;
    private final String uri;
    private final ShardEntry entry;
    private final TokenType type;
    private final MegatronIndex index;
    private @Nullable BlockChecksums checksums;
    private @Nullable RangeReader range;
    /** Bytes {@code [blocksFrom, blocksTo)} of the file, checked. */
    private byte[] blocks = new byte[0];

    private long blocksFrom;
    private long blocksTo;
    /** Checked blocks of an object store, by number. */
    private final Map<Long, SoftReference<byte[]>> kept = new HashMap<>();

    private ShardReader(Storage storage, String dataset, ShardEntry entry, MegatronIndex index) {
        this.storage = storage;
        this.dataset = dataset;
        this.uri = Storage.resolve(dataset, entry.file());
        this.entry = entry;
        this.type = index.type();
        this.index = index;
    }

    /** Opens a listed shard; throws if a file is missing, or its length or the index is not the snapshot's. */
    public static ShardReader open(Storage storage, String dataset, ShardEntry entry, TokenType type)
            throws IOException {
        entry.files().get(0).checkLength(storage, Storage.resolve(dataset, entry.file()));
        ObjectRef file = entry.files().get(1);
        String indexUri = Storage.resolve(dataset, file.file());
        MegatronIndex index = MegatronIndex.parse(indexUri, file.read(storage, dataset), type);
        if (index.tokens().length != entry.documents()) {
            throw new CorruptFileException(
                    indexUri, entry.documents() + " documents", String.valueOf(index.tokens().length), HINT);
        }
        index.requireWithin(indexUri, entry.bin().bytes());
        return new ShardReader(storage, dataset, entry, index);
    }

    public ShardEntry entry() {
        return entry;
    }

    public int documents() {
        return index.tokens().length;
    }

    /** A document's tokens, including its end. */
    public long tokens(int document) {
        return index.tokens()[document];
    }

    /** Reads {@code count} checked tokens of a document, from token {@code from}, to {@code to[at...]}. */
    public void read(int document, long from, int[] to, int at, int count) throws IOException {
        if (from < 0 || count < 0 || count > tokens(document) - from) {
            throw new IllegalArgumentException("document " + document + " of " + uri + " has " + tokens(document)
                    + " tokens, asked for " + count + " from " + from);
        }
        long begin = index.pointers()[document] + from * type.bytes();
        long end = begin + (long) count * type.bytes();
        if (begin < blocksFrom || end > blocksTo) {
            load(begin, end);
        }
        type.decode(blocks, Math.toIntExact(begin - blocksFrom), to, at, count);
        if (blocks.length > LARGEST_KEPT_BUFFER) {
            forgetBlocks();
        }
    }

    private void load(long begin, long end) throws IOException {
        long first = begin / BlockChecksums.BLOCK_BYTES;
        long last = Math.max(begin, end - 1) / BlockChecksums.BLOCK_BYTES;
        long from = first * BlockChecksums.BLOCK_BYTES;
        int whole = Math.toIntExact((last + 1) * BlockChecksums.BLOCK_BYTES - from);
        int bytes = (int) Math.min(whole, entry.bin().bytes() - from);
        blocksTo = blocksFrom; // whatever happens, what is half read is not read
        if (blocks.length < whole) {
            blocks = new byte[whole];
        }
        if (!range().isObject()) {
            fetch(first, bytes);
        } else if (!copyKept(first, bytes)) {
            fetch(first, bytes);
            for (int at = 0; at < bytes; at += BlockChecksums.BLOCK_BYTES) {
                byte[] block = Arrays.copyOfRange(blocks, at, Math.min(bytes, at + BlockChecksums.BLOCK_BYTES));
                kept.put(first + at / BlockChecksums.BLOCK_BYTES, new SoftReference<>(block));
            }
        }
        blocksFrom = from;
        blocksTo = from + bytes;
    }

    /** Whole blocks from the file. */
    private void fetch(long first, int bytes) throws IOException {
        range().readFully(first * BlockChecksums.BLOCK_BYTES, blocks, 0, bytes);
        checksums().check(uri, first, blocks, bytes);
    }

    /** Copies blocks that were kept; false if one is missing. */
    private boolean copyKept(long first, int bytes) {
        for (int at = 0; at < bytes; at += BlockChecksums.BLOCK_BYTES) {
            SoftReference<byte[]> found = kept.get(first + at / BlockChecksums.BLOCK_BYTES);
            byte[] block = found == null ? null : found.get();
            if (block == null) {
                return false;
            }
            System.arraycopy(block, 0, blocks, at, block.length);
        }
        return true;
    }

    private void forgetBlocks() {
        blocks = new byte[0];
        blocksFrom = 0;
        blocksTo = 0;
    }

    private BlockChecksums checksums() throws IOException {
        if (checksums == null) {
            ObjectRef file = entry.files().get(2);
            checksums = BlockChecksums.of(
                    Storage.resolve(dataset, file.file()),
                    file.read(storage, dataset),
                    entry.bin().bytes());
        }
        return checksums;
    }

    private RangeReader range() throws IOException {
        if (range == null) {
            range = storage.openRange(uri);
        }
        return range;
    }

    /** Closes the file; a later read opens it again. */
    @Override
    public void close() throws IOException {
        forgetBlocks();
        if (range != null) {
            range.close();
            range = null;
        }
    }
}
