package io.github.hyenaspark.data.token;

import io.github.hyenaspark.data.bytes.Utf8;
import io.github.hyenaspark.data.token.Tokenizer.MalformedTextException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.Locale;

/**
 * One id per byte of UTF-8. The byte 0xFF occurs in no UTF-8 text, so it ends a document, and with a vocabulary of 256
 * a token is one byte on disk. Malformed UTF-8 is refused, never repaired.
 */
public final class ByteTokenizer extends DescribedTokenizer {
    public static final String NAME = "bytes";

    private static final int VOCABULARY_SIZE = 256;
    private static final int END_OF_DOCUMENT = 0xFF;
    private static final String DESCRIPTION = """
            tokenizer=bytes
            vocabulary-size=256
            id=byte
            end-of-document=255
            text=well-formed UTF-8
            normaliser=none
            """;

    ByteTokenizer() {
        super(NAME, DESCRIPTION, VOCABULARY_SIZE, END_OF_DOCUMENT);
    }

    @Override
    public long encode(InputStream text, TokenSink sink) throws IOException {
        var check = new Utf8.Validator();
        long length = encodeBlocks(text, sink, (bytes, count, ids, offset) -> {
            int valid = check.accept(bytes, 0, count);
            if (valid < count) {
                throw malformed(offset + valid, check.malformed());
            }
            for (int i = 0; i < count; i++) {
                ids[i] = bytes[i] & 0xFF;
            }
            return count;
        });
        if (!check.complete()) {
            throw unfinished(length);
        }
        return 0;
    }

    @Override
    public byte[] decode(int[] ids) {
        var text = new ByteArrayOutputStream(ids.length);
        for (int id : ids) {
            checkId(id, VOCABULARY_SIZE);
            if (id != END_OF_DOCUMENT) {
                text.write(id);
            }
        }
        return text.toByteArray();
    }

    static void checkId(int id, int vocabularySize) {
        if (id < 0 || id >= vocabularySize) {
            throw new IllegalArgumentException("token id " + id + " is not in [0, " + vocabularySize + ")");
        }
    }

    static MalformedTextException malformed(long offset, int found) {
        return new MalformedTextException(offset, String.format(Locale.ROOT, "byte 0x%02X is not UTF-8 here", found));
    }

    static MalformedTextException unfinished(long offset) {
        return new MalformedTextException(offset, "the text ends inside a UTF-8 character");
    }
}
