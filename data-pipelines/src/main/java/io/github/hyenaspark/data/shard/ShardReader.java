package io.github.hyenaspark.data.shard;

import io.github.hyenaspark.io.CorruptFileException;
import io.github.hyenaspark.io.Hashes;
import io.github.hyenaspark.io.RangeReader;
import io.github.hyenaspark.io.Storage;
import java.io.Closeable;
import java.io.FileNotFoundException;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * Reads tokens anywhere in a shard, one range of the file per read. Opening reads the index whole and checks it and the
 * length of the shard; {@link #verify} reads the shard whole. Confined to one thread.
 */
public final class ShardReader implements Closeable {
    private static final String HINT = "run prepare again";
    private static final String DELETE_HINT = "delete it and run prepare again";

    private final Storage storage;
    private final String uri;
    private final ShardEntry entry;
    private final TokenType type;
    private final MegatronIndex index;
    private byte[] block = new byte[0];
    private @Nullable RangeReader range;

    private ShardReader(Storage storage, String uri, ShardEntry entry, MegatronIndex index) {
        this.storage = storage;
        this.uri = uri;
        this.entry = entry;
        this.type = index.type();
        this.index = index;
    }

    /**
     * Opens a shard that a snapshot lists.
     *
     * @param dataset the dataset's directory
     * @throws CorruptFileException if a file is missing, has another length, or the index is not that of the snapshot
     */
    public static ShardReader open(Storage storage, String dataset, ShardEntry entry, TokenType type)
            throws IOException {
        String uri = Storage.resolve(dataset, entry.file());
        check(storage, uri, entry.facts().bytes());
        String indexUri = Storage.resolve(dataset, entry.indexFile());
        check(storage, indexUri, entry.facts().indexBytes());
        byte[] bytes = storage.read(indexUri);
        String sha256 = Hashes.sha256(bytes);
        if (!sha256.equals(entry.facts().indexSha256())) {
            throw new CorruptFileException(indexUri, "SHA-256 " + entry.facts().indexSha256(), sha256, DELETE_HINT);
        }
        MegatronIndex index = MegatronIndex.parse(indexUri, bytes, type);
        if (index.tokens().length != entry.documents()) {
            throw new CorruptFileException(
                    indexUri, entry.documents() + " documents", String.valueOf(index.tokens().length), HINT);
        }
        return new ShardReader(storage, uri, entry, index);
    }

    private static void check(Storage storage, String uri, long bytes) throws IOException {
        long found;
        try {
            found = storage.length(uri);
        } catch (FileNotFoundException e) {
            throw new CorruptFileException(uri, bytes + " bytes", "no such file", HINT);
        }
        if (found != bytes) {
            throw new CorruptFileException(uri, bytes + " bytes", found + " bytes", HINT);
        }
    }

    /** How many documents there are. */
    public int documents() {
        return index.tokens().length;
    }

    /** The tokens of a document, its end included. */
    public long tokens(int document) {
        return index.tokens()[document];
    }

    /**
     * Reads some tokens of a document.
     *
     * @param document in [0, {@link #documents()})
     * @param from first token in the document
     * @param to where the ids go
     * @param at first element of {@code to} that is written
     * @param count tokens to read
     * @throws IllegalArgumentException if the document has no such tokens
     */
    public void read(int document, long from, int[] to, int at, int count) throws IOException {
        if (from < 0 || count < 0 || count > tokens(document) - from) {
            throw new IllegalArgumentException("document " + document + " of " + uri + " has " + tokens(document)
                    + " tokens, asked for " + count + " from " + from);
        }
        int bytes = Math.multiplyExact(count, type.bytes());
        if (block.length < bytes) {
            block = new byte[bytes];
        }
        range().readFully(index.pointers()[document] + from * type.bytes(), block, 0, bytes);
        type.decode(block, to, at, count);
    }

    /**
     * Reads the whole shard for its hash.
     *
     * @throws CorruptFileException if its bytes are not those that the snapshot lists
     */
    public void verify() throws IOException {
        String found = storage.hashed(uri).sha256();
        if (!found.equals(entry.facts().sha256())) {
            throw new CorruptFileException(uri, "SHA-256 " + entry.facts().sha256(), found, DELETE_HINT);
        }
    }

    private RangeReader range() throws IOException {
        if (range == null) {
            range = storage.openRange(uri);
        }
        return range;
    }

    /** Gives the open file back; a later read opens it again. */
    @Override
    public void close() throws IOException {
        if (range != null) {
            range.close();
            range = null;
        }
    }
}
