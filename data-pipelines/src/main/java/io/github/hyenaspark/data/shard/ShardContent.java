package io.github.hyenaspark.data.shard;

import io.github.hyenaspark.io.Storage;
import io.github.hyenaspark.io.StoredFile;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.OutputStream;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;

/** The bytes of one shard and of its index: spooled documents in their layout. */
final class ShardContent {
    private static final int HASH_DIGITS = 16;

    private final ShardFormat format;
    private final TokenSpool spool;
    private final List<SpooledDocument> documents;
    private final long[] tokens;
    private final MdsLayout layout;

    ShardContent(ShardFormat format, TokenSpool spool, List<SpooledDocument> documents) {
        this.format = format;
        this.spool = spool;
        this.documents = documents;
        this.tokens = documents.stream().mapToLong(SpooledDocument::tokens).toArray();
        this.layout = new MdsLayout(format, tokens);
    }

    /** Writes both files; the prefix is that of the {@code .bin}, its split's folder and name up to the hash. */
    ShardEntry write(Storage storage, String dataset, String prefix) throws IOException {
        String file = prefix + sha256().substring(0, HASH_DIGITS) + ShardEntry.BIN;
        byte[] index = MegatronIndex.of(format, tokens).bytes();
        String binUri = Storage.resolve(dataset, file);
        String indexUri = Storage.resolve(dataset, ShardEntry.indexFile(file));
        removeDamaged(storage, binUri, layout.bytes());
        StoredFile bin = storage.write(binUri, this::writeTo);
        removeDamaged(storage, indexUri, index.length);
        StoredFile idx = storage.write(indexUri, out -> out.write(index));
        var facts = new ShardEntry.Facts(bin.bytes(), bin.sha256(), idx.bytes(), idx.sha256());
        long textBytes =
                documents.stream().mapToLong(SpooledDocument::textBytes).sum();
        long allTokens = documents.stream().mapToLong(SpooledDocument::tokens).sum();
        return new ShardEntry(file, facts, documents.size(), allTokens, textBytes);
    }

    /** An object of this name and another length was cut short by its store or by somebody: it is written again. */
    private static void removeDamaged(Storage storage, String uri, long bytes) throws IOException {
        try {
            if (storage.length(uri) != bytes) {
                storage.delete(uri);
            }
        } catch (FileNotFoundException e) {
            // Nothing there: the usual case.
            return;
        }
    }

    private String sha256() throws IOException {
        MessageDigest digest;
        try {
            digest = MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
        writeTo(new DigestOutputStream(OutputStream.nullOutputStream(), digest));
        return HexFormat.of().formatHex(digest.digest());
    }

    private void writeTo(OutputStream out) throws IOException {
        out.write(layout.header());
        for (int i = 0; i < documents.size(); i++) {
            SpooledDocument document = documents.get(i);
            out.write(layout.prefix(i));
            spool.copy(document.at(), document.tokens() * format.type().bytes(), out);
        }
    }
}
