package io.github.hyenaspark.data.token;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Locale;

/**
 * One id per byte of UTF-8. The byte 0xFF is in no UTF-8 text, so it ends a document and the vocabulary is 256: a token
 * is one byte on disk. Bytes that are not UTF-8 are refused, never repaired.
 */
public final class ByteTokenizer implements Tokenizer {
    static final String NAME = "bytes";

    private static final int VOCABULARY_SIZE = 256;
    private static final int END_OF_DOCUMENT = 0xFF;
    private static final int BLOCK = 1 << 16;
    private static final String DESCRIPTION = """
            tokenizer=bytes
            vocabulary-size=256
            id=byte
            end-of-document=255
            text=well-formed UTF-8
            normaliser=none
            """;

    ByteTokenizer() {}

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public String fingerprint() {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            return HexFormat.of().formatHex(digest.digest(DESCRIPTION.getBytes(StandardCharsets.UTF_8)));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }

    @Override
    public int vocabularySize() {
        return VOCABULARY_SIZE;
    }

    @Override
    public int endOfDocument() {
        return END_OF_DOCUMENT;
    }

    @Override
    public void encode(InputStream text, TokenSink sink) throws IOException {
        byte[] bytes = new byte[BLOCK];
        int[] ids = new int[BLOCK];
        var check = new Utf8Check();
        long offset = 0;
        for (int count = text.read(bytes); count >= 0; count = text.read(bytes)) {
            int valid = check.accept(bytes, 0, count);
            if (valid < count) {
                throw malformed(offset + valid, bytes[valid]);
            }
            for (int i = 0; i < count; i++) {
                ids[i] = bytes[i] & 0xFF;
            }
            sink.accept(ids, count);
            offset += count;
        }
        if (!check.complete()) {
            throw new MalformedTextException(offset, "the text ends inside a UTF-8 character");
        }
    }

    @Override
    public int[] encode(byte[] text) {
        var check = new Utf8Check();
        int valid = check.accept(text, 0, text.length);
        if (valid < text.length || !check.complete()) {
            throw new IllegalArgumentException("the text is not UTF-8 at byte " + valid + " of " + text.length);
        }
        int[] ids = new int[text.length];
        for (int i = 0; i < ids.length; i++) {
            ids[i] = text[i] & 0xFF;
        }
        return ids;
    }

    @Override
    public byte[] decode(int[] ids) {
        var text = new ByteArrayOutputStream(ids.length);
        for (int id : ids) {
            if (id < 0 || id >= VOCABULARY_SIZE) {
                throw new IllegalArgumentException("token id " + id + " is not in [0, " + VOCABULARY_SIZE + ")");
            }
            if (id != END_OF_DOCUMENT) {
                text.write(id);
            }
        }
        return text.toByteArray();
    }

    private static MalformedTextException malformed(long offset, byte found) {
        return new MalformedTextException(offset, String.format(Locale.ROOT, "byte 0x%02X is not UTF-8 here", found));
    }
}
