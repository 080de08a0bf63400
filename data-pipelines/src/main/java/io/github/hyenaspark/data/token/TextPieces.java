package io.github.hyenaspark.data.token;

import io.github.hyenaspark.data.bytes.Utf8;
import io.github.hyenaspark.data.token.Tokenizer.MalformedTextException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * A validated UTF-8 text in pieces of about 64 KiB whose words are those of the whole text: see {@link SplitPattern}.
 * The cuts depend on the text alone, not on how it is read.
 */
final class TextPieces {
    /** The longest run without a place to cut at, bytes. */
    static final int LONGEST_RUN = 1 << 20;

    private static final int PIECE = 1 << 16;
    private static final int FIRST_BUFFER = 1 << 13; // most documents are short
    private static final int LONGEST_CHARACTER = 4;

    private final InputStream in;
    private final SplitPattern pattern;
    private final Utf8.Validator check = new Utf8.Validator();
    private byte[] buffer = new byte[FIRST_BUFFER];
    private long offset; // of buffer[0] in the text
    private int begin; // of the bytes that no piece has had; a cut, or the begin of the text
    private int held; // where the bytes end that there are
    private boolean atEnd;

    TextPieces(InputStream in, SplitPattern pattern) {
        this.in = in;
        this.pattern = pattern;
    }

    /** Moves to the next piece; false if there is none. */
    boolean next() throws IOException {
        dropPiece();
        int searched = 1;
        int cut = 0;
        while (!atEnd) {
            read();
            int last = lastCut(searched);
            checkRun(cut, searched, last);
            cut = Math.max(cut, last);
            if (cut > 0 && held >= PIECE) {
                begin = cut;
                return true;
            }
            searched = Math.max(1, held - LONGEST_CHARACTER + 1); // a character that lacks bytes is seen again
        }
        begin = held;
        return held > 0;
    }

    /** The piece, in an array that is reused. */
    byte[] bytes() {
        return buffer;
    }

    /** Where the piece ends in {@link #bytes()}; it begins at 0. */
    int length() {
        return begin;
    }

    String text() {
        return new String(buffer, 0, begin, StandardCharsets.UTF_8);
    }

    private void dropPiece() {
        System.arraycopy(buffer, begin, buffer, 0, held - begin);
        offset += begin;
        held -= begin;
        begin = 0;
    }

    private void read() throws IOException {
        if (buffer.length == held) {
            buffer = Arrays.copyOf(buffer, Math.min(2 * buffer.length, LONGEST_RUN + 4 * PIECE));
        }
        int asked = Math.min(PIECE, buffer.length - held);
        int count = in.readNBytes(buffer, held, asked);
        int valid = check.accept(buffer, held, held + count);
        if (valid < held + count) {
            throw ByteTokenizer.malformed(offset + valid, check.malformed());
        }
        held += count;
        atEnd = count < asked;
        if (atEnd && !check.complete()) {
            throw ByteTokenizer.unfinished(offset + held);
        }
    }

    private int lastCut(int from) {
        int at = held - 1;
        while (at >= from && !pattern.cutsBefore(buffer, at, held)) {
            at--;
        }
        return at >= from ? at : 0;
    }

    /** Refuses a run that is too long; an unseen cut can only be in the last bytes. */
    private void checkRun(int runBegin, int from, int lastCut) throws MalformedTextException {
        int longest = runBegin + LONGEST_RUN;
        if (held <= longest || (lastCut == 0 && !atEnd && held <= longest + LONGEST_CHARACTER)) {
            return;
        }
        int cut = from;
        while (cut < lastCut && !pattern.cutsBefore(buffer, cut, held)) {
            cut++;
        }
        if (lastCut == 0 || cut > longest) {
            throw new MalformedTextException(
                    offset + runBegin,
                    "an unspaced run longer than 1 MB (" + LONGEST_RUN + " bytes), which this tokenizer cannot encode");
        }
    }
}
