package io.github.hyenaspark.jobs.infer;

import java.io.PrintStream;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;

/**
 * Writes text that arrives a few bytes at a time: each character once its last byte has arrived. Bytes that are not
 * UTF-8 become the replacement character, so that the output is always text.
 */
final class Utf8Writer implements AutoCloseable {
    private static final int LONGEST_CHARACTER = 4; // bytes

    private final PrintStream to;
    private final CharsetDecoder decoder = StandardCharsets.UTF_8
            .newDecoder()
            .onMalformedInput(CodingErrorAction.REPLACE)
            .onUnmappableCharacter(CodingErrorAction.REPLACE);
    private byte[] rest = {};

    Utf8Writer(PrintStream to) {
        this.to = to;
    }

    void write(byte[] bytes) {
        ByteBuffer input = ByteBuffer.allocate(rest.length + bytes.length)
                .put(rest)
                .put(bytes)
                .flip();
        CharBuffer output = CharBuffer.allocate(input.remaining() + LONGEST_CHARACTER);
        decoder.decode(input, output, false);
        rest = new byte[input.remaining()];
        input.get(rest);
        print(output);
    }

    /** Writes a replacement for an unfinished character; leaves the stream open. */
    @Override
    public void close() {
        CharBuffer output = CharBuffer.allocate(LONGEST_CHARACTER);
        decoder.decode(ByteBuffer.wrap(rest), output, true);
        decoder.flush(output);
        print(output);
    }

    private void print(CharBuffer output) {
        to.print(output.flip());
        to.flush();
    }
}
