package io.github.hyenaspark.data.prepare.unit;

import io.github.hyenaspark.data.document.Document;
import io.github.hyenaspark.data.document.DocumentStep;
import io.github.hyenaspark.data.document.clean.CleanConfig;
import io.github.hyenaspark.data.document.clean.DocumentFilter;
import io.github.hyenaspark.data.document.clean.MinHash;
import io.github.hyenaspark.io.BulkInputStream;
import io.github.hyenaspark.io.Hashes;
import java.io.IOException;
import java.io.InputStream;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A document's text on its way to the tokenizer: through the user's steps and the normaliser, then hashed, counted and
 * signed block by block. Its properties are valid once it was read to its end.
 */
public final class DocumentText extends BulkInputStream {
    private static final int BEGINNING_BYTES = 256;
    private static final int ID_DIGITS = 32;

    private final DocumentFilter filter;
    private final MessageDigest digest = Hashes.newSha256();
    private final DocumentFilter.@Nullable Statistics statistics;
    private final @Nullable MinHash minHash;
    private final byte[] beginning = new byte[BEGINNING_BYTES];
    private long bytes;

    private DocumentText(InputStream in, DocumentFilter filter, boolean signed) {
        super(in);
        this.filter = filter;
        this.statistics = filter.isActive() ? new DocumentFilter.Statistics() : null;
        this.minHash = signed ? new MinHash() : null;
    }

    public static DocumentText of(Document document, CleanConfig clean, List<DocumentStep> steps) throws IOException {
        InputStream text = DocumentStep.applyAll(steps, document, document.text());
        return new DocumentText(
                clean.normalisation().apply(text),
                DocumentFilter.of(clean),
                clean.duplicates() == CleanConfig.Duplicates.NEAR);
    }

    /** A document's id in the document table: 128 bits of the hash of its given id, or else of path and position. */
    public static String documentId(String path, long position, String givenId) {
        String text = givenId.isEmpty() ? path + "\n" + position : "id\n" + givenId;
        return Hashes.sha256(text).substring(0, ID_DIGITS);
    }

    public long bytes() {
        return bytes;
    }

    /** SHA-256 (hex) of all bytes read; asked for once, at the end. */
    String sha256() {
        return Hashes.hex(digest.digest());
    }

    byte[] beginning() {
        return Arrays.copyOf(beginning, (int) Math.min(bytes, BEGINNING_BYTES));
    }

    /** The name of the filter that refuses the text, if any. */
    public Optional<String> refusal() {
        return statistics == null ? Optional.empty() : filter.rejected(statistics);
    }

    /** For near duplicates; empty unless they are looked for. */
    byte[] signature() {
        return minHash == null ? new byte[0] : minHash.signature();
    }

    @Override
    public int read(byte[] to, int at, int count) throws IOException {
        int read = in.read(to, at, count);
        if (read <= 0) {
            return read;
        }
        if (bytes < BEGINNING_BYTES) {
            System.arraycopy(to, at, beginning, (int) bytes, (int) Math.min(read, BEGINNING_BYTES - bytes));
        }
        digest.update(to, at, read);
        if (statistics != null) {
            statistics.accept(to, at, at + read);
        }
        if (minHash != null) {
            minHash.accept(to, at, at + read);
        }
        bytes += read;
        return read;
    }
}
