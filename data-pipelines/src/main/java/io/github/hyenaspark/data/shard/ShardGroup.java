package io.github.hyenaspark.data.shard;

import io.github.hyenaspark.io.FileInfo;
import io.github.hyenaspark.io.Hashes;
import io.github.hyenaspark.io.Json;
import io.github.hyenaspark.io.Storage;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Arrays;

/** The documents of one future shard: where their tokens are in a {@link TokenSpool}, and the hash that names it. */
final class ShardGroup {
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

    ShardGroup(ShardFormat format, String tokenizer) {
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
        ObjectRef idx = write(storage, dataset, ShardEntry.beside(file, ".idx"), index.length, out -> out.write(index));
        ObjectRef crc =
                write(storage, dataset, ShardEntry.beside(file, ".crc"), checksums.length, out -> out.write(checksums));
        return new ShardEntry(bin, idx, crc, documents, allTokens, textBytes);
    }

    /** Writes a file; one of this name and another length was cut short, so it is replaced. */
    private static ObjectRef write(Storage storage, String dataset, String file, long bytes, Storage.Content content)
            throws IOException {
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
