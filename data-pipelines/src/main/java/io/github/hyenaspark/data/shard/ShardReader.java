package io.github.hyenaspark.data.shard;

import io.github.hyenaspark.data.shard.ShardFormat.TokenType;
import io.github.hyenaspark.io.RangeReader;
import io.github.hyenaspark.io.Storage;
import java.io.Closeable;
import java.io.EOFException;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.lang.ref.SoftReference;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Reads tokens anywhere in a shard: each read is one range of whole blocks, whose checksums are compared; a read within
 * the previous range touches no file. The blocks of an object store are kept while the heap has room for them. Confined
 * to one thread.
 */
public final class ShardReader implements Closeable {
    static final String DELETE_HINT = "delete it and run prepare again";
    /** A larger buffer serves one read only: there may be many readers. */
    private static final int LARGEST_KEPT_BUFFER = 1 << 20;

    private final Storage storage;
    private final String dataset;
    private final String uri;
    private final Files files;
    private final TokenType type;
    private final Documents documents;
    private @Nullable BlockChecksums checksums;
    private @Nullable RangeReader range;
    /** Bytes {@code [blocksFrom, blocksTo)} of the file, checked. */
    private byte[] blocks = new byte[0];

    private long blocksFrom;
    private long blocksTo;
    /** Checked blocks of an object store, by number. */
    private final Map<Long, SoftReference<byte[]>> kept = new HashMap<>();

    /** A shard's {@code .bin}, its bytes, and the SHA-256 (hex) of its {@code .crc}. */
    public record Files(String file, long bytes, String checksums) {
        public Files {
            ObjectRef.requireWithin(file);
        }

        public static Files of(ShardEntry entry) {
            return new Files(
                    entry.file(), entry.bin().bytes(), entry.checksums().sha256());
        }
    }

    /** Where the documents of a shard are, by their numbers in it. */
    public interface Documents {
        int count();

        /** Tokens, the end included. */
        long tokens(int document);

        /** Byte of the first token. */
        long pointer(int document);
    }

    /** A shard of documents that are known; its files are opened when they are read. */
    public ShardReader(Storage storage, String dataset, Files files, TokenType type, Documents documents) {
        this.storage = storage;
        this.dataset = dataset;
        this.uri = Storage.resolve(dataset, files.file());
        this.files = files;
        this.type = type;
        this.documents = documents;
    }

    /** Opens a listed shard; throws if a file is missing, or its length or the index is not the snapshot's. */
    public static ShardReader open(Storage storage, String dataset, ShardEntry entry, TokenType type)
            throws IOException {
        entry.bin().checkLength(storage, dataset);
        ObjectRef file = entry.index();
        String indexUri = Storage.resolve(dataset, file.file());
        MegatronIndex index = MegatronIndex.parse(indexUri, file.read(storage, dataset), type);
        index.requireDocuments(indexUri, entry.documents());
        index.requireWithin(indexUri, entry.bin().bytes());
        return new ShardReader(storage, dataset, Files.of(entry), type, new Indexed(index));
    }

    private record Indexed(MegatronIndex index) implements Documents {
        @Override
        public int count() {
            return index.tokens().length;
        }

        @Override
        public long tokens(int document) {
            return index.tokens()[document];
        }

        @Override
        public long pointer(int document) {
            return index.pointers()[document];
        }
    }

    public int documents() {
        return documents.count();
    }

    /** A document's tokens, including its end. */
    public long tokens(int document) {
        return documents.tokens(document);
    }

    /** Reads {@code count} checked tokens of a document, from token {@code from}, to {@code to[at...]}. */
    public void read(int document, long from, int[] to, int at, int count) throws IOException {
        if (from < 0 || count < 0 || count > tokens(document) - from) {
            throw new IllegalArgumentException("document " + document + " of " + uri + " has " + tokens(document)
                    + " tokens, asked for " + count + " from " + from);
        }
        long begin = documents.pointer(document) + from * type.bytes();
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
        int bytes = (int) Math.min(whole, files.bytes() - from);
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
        try {
            range().readFully(first * BlockChecksums.BLOCK_BYTES, blocks, 0, bytes);
        } catch (FileNotFoundException | EOFException e) {
            bin().checkLength(storage, dataset); // says what is wrong
            throw e;
        }
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
            String file = ShardEntry.beside(files.file(), ".crc");
            ObjectRef object = new ObjectRef(file, BlockChecksums.bytes(files.bytes()), files.checksums());
            checksums = BlockChecksums.of(Storage.resolve(dataset, file), object.read(storage, dataset), files.bytes());
        }
        return checksums;
    }

    private RangeReader range() throws IOException {
        if (range == null) {
            RangeReader opened = storage.openRange(uri, files.bytes());
            if (opened.length() != files.bytes()) {
                opened.close();
                bin().checkLength(storage, dataset);
            }
            range = opened;
        }
        return range;
    }

    private ObjectRef bin() {
        return new ObjectRef(files.file(), files.bytes(), "");
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
