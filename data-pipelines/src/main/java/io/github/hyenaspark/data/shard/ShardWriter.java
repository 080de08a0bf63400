package io.github.hyenaspark.data.shard;

import io.github.hyenaspark.io.FileInfo;
import io.github.hyenaspark.io.Hashes;
import io.github.hyenaspark.io.Json;
import io.github.hyenaspark.io.Storage;
import io.github.hyenaspark.io.TestPoint;
import java.io.Closeable;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Turns the tokens of one work unit into shards. A shard holds whole documents of one split; its {@code .bin} is both
 * an MDS shard ({@link MdsLayout}) and, with its {@code .idx} ({@link MegatronIndex}), a Megatron dataset; its
 * {@code .crc} ({@link BlockChecksums}) lets readers check what they read. Names carry a hash of all that decides the
 * bytes, so the same documents give the same files wherever and however often they are written. Confined to one thread.
 */
public final class ShardWriter implements Closeable {
    private static final Logger LOG = LoggerFactory.getLogger(ShardWriter.class);
    private static final long BYTES_IN_MEMORY = 16L << 20;

    private final ShardFormat format;
    private final String tokenizer;
    private final int largest;
    private final long longestDocument;
    private final TokenSpool spool = new TokenSpool(BYTES_IN_MEMORY);
    private final Map<Split, List<Group>> groups = new EnumMap<>(Split.class);
    private long documentStart;

    /** Tokens beyond 16 MiB go to a temporary file; the tokenizer's fingerprint is part of the files' names. */
    public ShardWriter(ShardFormat format, String tokenizer) {
        this.format = format;
        this.tokenizer = tokenizer;
        this.largest = format.vocabularySize() - 1;
        this.longestDocument = format.longestDocument();
        for (Split split : Split.values()) {
            groups.put(split, new ArrayList<>());
        }
    }

    /** Adds ids, in [0, V), to the current document; refuses more tokens than a shard holds. */
    public void append(int[] ids, int count) throws IOException {
        checkRange(ids, count);
        if (currentTokens() + count > longestDocument) {
            throw new DocumentTooLongException(longestDocument);
        }
        spool.append(format.type(), ids, count);
    }

    private void checkRange(int[] ids, int count) {
        int wrong = 0; // its sign bit: a branch for each id would cost more than storing it
        for (int i = 0; i < count; i++) {
            wrong |= ids[i] | (largest - ids[i]);
        }
        for (int i = 0; wrong < 0 && i < count; i++) {
            if (ids[i] < 0 || ids[i] > largest) {
                throw new IllegalArgumentException(
                        "token id " + ids[i] + " is not in [0, " + format.vocabularySize() + ")");
            }
        }
    }

    /**
     * Ends the current document and returns its tokens. The hash is the SHA-256 (hex) of its encoded text; with format
     * and tokenizer it must decide the tokens.
     */
    public long endDocument(Split split, long textBytes, String contentSha256) {
        int tokens = Math.toIntExact(currentTokens());
        if (tokens == 0) {
            throw new IllegalStateException("a document has at least one token, the one that ends it");
        }
        List<Group> ofSplit = groups(split);
        if (ofSplit.isEmpty() || !ofSplit.get(ofSplit.size() - 1).hasRoom(tokens)) {
            ofSplit.add(new Group(format, tokenizer));
        }
        Group group = ofSplit.get(ofSplit.size() - 1);
        group.add(documentStart, tokens, textBytes, contentSha256);
        documentStart = spool.bytes();
        return tokens;
    }

    /**
     * How the names of a unit's shards begin. They lie in sixteen folders, by the first digit of the unit: a store
     * lists one folder page by page, and HDFS holds 1,048,576 names in one
     * (dfs.namenode.fs-limits.max-directory-items).
     */
    public static String prefix(Split split, String unit) {
        return split.folder() + "/" + unit.charAt(0) + "/tok-" + unit + "-";
    }

    public void discardDocument() throws IOException {
        spool.cut(documentStart);
    }

    /** Writes the shards, train first, in the order in which documents ended. Nothing can be added after that. */
    public List<ShardEntry> write(Storage storage, String dataset, String unit) throws IOException {
        List<ShardEntry> shards = new ArrayList<>();
        for (Split split : Split.values()) {
            for (Group group : groups(split)) {
                ShardEntry shard = group.write(spool, storage, dataset, prefix(split, unit));
                LOG.info("shard {}: {} documents, {} tokens", shard.file(), shard.documents(), shard.tokens());
                TestPoint.reached("shard {}: {} documents", shard.file(), shard.documents());
                shards.add(shard);
            }
        }
        return shards;
    }

    @Override
    public void close() throws IOException {
        spool.close();
    }

    /** Tokens of the current document so far. */
    public long currentTokens() {
        return (spool.bytes() - documentStart) / format.type().bytes();
    }

    private List<Group> groups(Split split) {
        return Objects.requireNonNull(groups.get(split));
    }

    public static final class DocumentTooLongException extends IOException {
        private static final long serialVersionUID = 1L;

        DocumentTooLongException(long longest) {
            super("more than " + longest + " tokens, the most that a shard holds");
        }
    }

    /**
     * The documents of one future shard: where their tokens are in a {@link TokenSpool}, and the hash that names it.
     */
    private static final class Group {
        /** Changes with the layout of the files, so that no name ever has two contents. */
        private static final String LAYOUT = "mds 2, megatron 1, crc32c of 64 KiB";

        private static final int HASH_DIGITS = 16;

        private final ShardFormat format;
        private final int configBytes;
        private final MessageDigest name = Hashes.newSha256();
        private long[] at = new long[16]; // by document: the byte of the spool at which its tokens begin
        private int[] tokens = new int[16];
        private int documents;
        private long sampleBytes;
        private long allTokens;
        private long textBytes;
        private byte[] checksums = new byte[0];

        Group(ShardFormat format, String tokenizer) {
            this.format = format;
            this.configBytes = MdsLayout.configBytes(format);
            String origin = String.join("\n", LAYOUT, Json.line(MdsLayout.config(format)), tokenizer, "");
            name.update(origin.getBytes(StandardCharsets.UTF_8));
        }

        /** Whether a document of {@code more} tokens still fits; the first always does. */
        boolean hasRoom(int more) {
            long grown = MdsLayout.headerBytes(documents + 1L, configBytes)
                    + sampleBytes
                    + MdsLayout.sampleBytes(format.type(), more);
            return documents == 0 || grown <= format.shardBytes();
        }

        /** Adds a document whose tokens begin at a byte of the spool. */
        void add(long offset, int count, long bytes, String contentSha256) {
            if (documents == at.length) {
                at = Arrays.copyOf(at, 2 * documents);
                tokens = Arrays.copyOf(tokens, 2 * documents);
            }
            at[documents] = offset;
            tokens[documents] = count;
            documents++;
            sampleBytes += MdsLayout.sampleBytes(format.type(), count);
            allTokens += count;
            textBytes += bytes;
            name.update(ByteBuffer.allocate(Integer.BYTES)
                    .order(ByteOrder.LITTLE_ENDIAN)
                    .putInt(0, count));
            name.update(contentSha256.getBytes(StandardCharsets.US_ASCII));
        }

        /** Writes the shard's three files, once, at {@code prefix} and the hash of all that decides their bytes. */
        ShardEntry write(TokenSpool spool, Storage storage, String dataset, String prefix) throws IOException {
            tokens = Arrays.copyOf(tokens, documents);
            var layout = new MdsLayout(format, tokens);
            String file = prefix + Hashes.hex(name.digest()).substring(0, HASH_DIGITS) + ShardEntry.BIN;
            ObjectRef bin = write(storage, dataset, file, layout.bytes(), out -> writeTokens(spool, layout, out));
            byte[] index = MegatronIndex.of(format, tokens).bytes();
            ObjectRef idx =
                    write(storage, dataset, ShardEntry.beside(file, ".idx"), index.length, out -> out.write(index));
            ObjectRef crc = write(
                    storage, dataset, ShardEntry.beside(file, ".crc"), checksums.length, out -> out.write(checksums));
            return new ShardEntry(bin, idx, crc, documents, allTokens, textBytes);
        }

        /** Writes a file; one of this name and another length was cut short, so it is replaced. */
        private static ObjectRef write(
                Storage storage, String dataset, String file, long bytes, Storage.Content content) throws IOException {
            String uri = Storage.resolve(dataset, file);
            try {
                if (storage.length(uri) != bytes) {
                    storage.delete(uri);
                }
            } catch (FileNotFoundException e) {
                // the usual case: nothing is there
            }
            FileInfo written = storage.write(uri, content);
            return new ObjectRef(file, written.bytes(), written.sha256());
        }

        private void writeTokens(TokenSpool spool, MdsLayout layout, OutputStream to) throws IOException {
            var out = new BlockChecksums.Output(to, layout.bytes());
            out.write(layout.header());
            for (int i = 0; i < documents; i++) {
                out.write(layout.prefix(i));
                spool.copy(at[i], (long) tokens[i] * format.type().bytes(), out);
            }
            checksums = out.finish();
        }
    }
}
