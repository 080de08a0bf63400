package io.github.hyenaspark.data.token;

import io.github.hyenaspark.data.token.Tokenizer.MalformedTextException;
import io.github.hyenaspark.io.Hashes;
import io.github.hyenaspark.io.Json;
import java.io.IOException;
import java.io.InputStream;

/** A tokenizer defined by code: its file and fingerprint are those of a description, one rule per line. */
abstract sealed class DescribedTokenizer implements Tokenizer permits ByteTokenizer, DnaTokenizer, SymbolTokenizer {
    private static final int FIRST_BLOCK = 1 << 12; // most documents are short
    private static final int BLOCK = 1 << 16;

    private final String name;
    private final String description;
    private final int vocabularySize;
    private final int endOfDocument;

    DescribedTokenizer(String name, String description, int vocabularySize, int endOfDocument) {
        this.name = name;
        this.description = description;
        this.vocabularySize = vocabularySize;
        this.endOfDocument = endOfDocument;
    }

    @Override
    public final String name() {
        return name;
    }

    @Override
    public final String fingerprint() {
        return Hashes.sha256(description);
    }

    @Override
    public final int vocabularySize() {
        return vocabularySize;
    }

    @Override
    public final int endOfDocument() {
        return endOfDocument;
    }

    @Override
    public final byte[] file() {
        var json = Json.object().put("tokenizer", name);
        description.lines().forEach(json.putArray("rules")::add);
        return Json.bytes(json);
    }

    /** Encodes the first {@code count} bytes, which begin at {@code offset} of a text; returns the number of ids. */
    interface BlockEncoder {
        int encode(byte[] bytes, int count, int[] ids, long offset) throws MalformedTextException;
    }

    /** Encodes a text block by block; returns its length in bytes. */
    static long encodeBlocks(InputStream text, TokenSink sink, BlockEncoder encoder) throws IOException {
        byte[] bytes = new byte[FIRST_BLOCK];
        int[] ids = new int[FIRST_BLOCK];
        long offset = 0;
        for (int count = text.read(bytes); count >= 0; count = text.read(bytes)) {
            sink.accept(ids, encoder.encode(bytes, count, ids, offset));
            offset += count;
            if (count == bytes.length && count < BLOCK) {
                bytes = new byte[BLOCK];
                ids = new int[BLOCK];
            }
        }
        return offset;
    }
}
