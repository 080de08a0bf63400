package io.github.hyenaspark.data.document.clean;

import io.github.hyenaspark.data.bytes.Utf8;
import io.github.hyenaspark.data.document.DocumentReader.BadDocumentException;
import io.github.hyenaspark.io.BulkInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CoderResult;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.text.Normalizer;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Normalises a text piece by piece. A piece ends before a character that never changes and never joins what precedes it
 * (an ASCII character, a letter of Chinese or Japanese, a Korean syllable), so that the pieces' normal forms make up
 * that of the text.
 */
final class NormalisingInput extends BulkInputStream {
    private static final int BLOCK_BYTES = 1 << 16;
    /** The longest run of characters without a place to end a piece. */
    private static final int LONGEST_PIECE = 1 << 20;
    /** Marks on one letter; ordering them takes quadratic time. */
    private static final int MOST_MARKS = 1 << 12;

    /** First and last letter of the ranges: Chinese, Korean syllables, Hiragana, Katakana. */
    private static final String BOUNDARIES = "\u4E00\u9FFC\u3400\u4DBF\uAC00\uD7A3\u3041\u3096\u30A1\u30FA";

    private static final int BEGINNING_BYTES = 256;

    private final Normalizer.Form form;
    private final CharsetDecoder decoder = StandardCharsets.UTF_8
            .newDecoder()
            .onMalformedInput(CodingErrorAction.REPORT)
            .onUnmappableCharacter(CodingErrorAction.REPORT);
    private byte[] raw = new byte[BLOCK_BYTES];
    private int rawBytes;
    private long rawOffset;
    private byte[] beginning = new byte[0];
    private byte[] piece = new byte[0];
    private int pieceAt;
    private boolean ended;

    NormalisingInput(InputStream in, Normalizer.Form form) {
        super(in);
        this.form = form;
    }

    @Override
    public int read(byte[] to, int at, int count) throws IOException {
        if (count == 0) {
            return 0;
        }
        while (pieceAt == piece.length) {
            if (ended && rawBytes == 0) {
                return -1;
            }
            nextPiece();
        }
        int read = Math.min(count, piece.length - pieceAt);
        System.arraycopy(piece, pieceAt, to, at, read);
        pieceAt += read;
        return read;
    }

    private void nextPiece() throws IOException {
        int end = fill();
        piece = normalised(end);
        pieceAt = 0;
        System.arraycopy(raw, end, raw, 0, rawBytes - end);
        rawBytes -= end;
        rawOffset += end;
    }

    /** Reads until the piece at the beginning of {@code raw} ends; returns its end. */
    private int fill() throws IOException {
        int searched = 1;
        while (true) {
            int read = in.readNBytes(raw, rawBytes, raw.length - rawBytes);
            rawBytes += read;
            if (beginning.length == 0) {
                beginning = Arrays.copyOf(raw, Math.min(rawBytes, BEGINNING_BYTES));
            }
            if (rawBytes < raw.length) {
                ended = true;
                return rawBytes;
            }
            for (int end = rawBytes - 1; end >= searched; end--) {
                if (isBoundary(end)) {
                    return end;
                }
            }
            if (raw.length >= LONGEST_PIECE) {
                throw bad(rawOffset, LONGEST_PIECE + " bytes without a character at which the text may be cut");
            }
            searched = Math.max(1, rawBytes - 2); // a character of 3 bytes was not complete
            raw = Arrays.copyOf(raw, 2 * raw.length);
        }
    }

    private boolean isBoundary(int at) {
        int first = raw[at];
        if (first >= 0) {
            return true;
        }
        if ((first & 0xF0) != 0xE0 || at + 2 >= rawBytes) {
            return false;
        }
        return isBoundary((char) Utf8.decode(raw, at, 3));
    }

    /** Whether a text may be cut before this character of three bytes. */
    static boolean isBoundary(char letter) {
        for (int range = 0; range < BOUNDARIES.length(); range += 2) {
            if (letter >= BOUNDARIES.charAt(range) && letter <= BOUNDARIES.charAt(range + 1)) {
                return true;
            }
        }
        return false;
    }

    private byte[] normalised(int end) throws BadDocumentException {
        int ascii = 0;
        while (ascii < end && raw[ascii] >= 0) {
            ascii++;
        }
        if (ascii == end) {
            return Arrays.copyOf(raw, end);
        }
        CharBuffer text = CharBuffer.allocate(end);
        ByteBuffer bytes = ByteBuffer.wrap(raw, 0, end);
        CoderResult result = decoder.reset().decode(bytes, text, true);
        if (result.isError()) {
            boolean cutOff = ended && end == rawBytes && bytes.position() + result.length() == end && isCutOff(bytes);
            throw cutOff
                    ? bad(rawOffset + end, "the text ends inside a character")
                    : bad(rawOffset + bytes.position(), "malformed UTF-8");
        }
        text.flip();
        checkMarks(text);
        return Normalizer.normalize(text, form).getBytes(StandardCharsets.UTF_8);
    }

    private static boolean isCutOff(ByteBuffer rest) {
        int first = rest.get(rest.position()) & 0xFF;
        return Utf8.isLead(first) && rest.remaining() < Utf8.lengthOf(first);
    }

    private void checkMarks(CharBuffer text) throws BadDocumentException {
        int marks = 0;
        for (int i = 0; i < text.length(); i++) {
            char c = text.get(i);
            boolean mark = c >= '\u0300' && Character.getType(c) == Character.NON_SPACING_MARK;
            marks = mark ? marks + 1 : 0;
            if (marks > MOST_MARKS) {
                throw bad(rawOffset, "more than " + MOST_MARKS + " marks on one letter");
            }
        }
    }

    private BadDocumentException bad(long offset, String reason) {
        return new BadDocumentException(offset, reason, beginning);
    }

    /** The Unicode normal form of a text (Unicode Standard Annex 15). */
    public enum Normalisation {
        NONE(null),
        /** Letters and their marks become one character where there is one. Lossless but for the spelling. */
        NFC(Normalizer.Form.NFC),
        /** NFC, and ligatures, full-width letters and superscripts become plain characters. */
        NFKC(Normalizer.Form.NFKC);

        private final Normalizer.@Nullable Form form;

        Normalisation(Normalizer.@Nullable Form form) {
            this.form = form;
        }

        /**
         * The normal form of a text, computed while it is read, in bounded memory; closing it closes the text.
         *
         * <p>Reading throws {@link BadDocumentException}, with the offset in {@code utf8}, at the first malformed byte.
         * {@link #NONE} validates nothing.
         */
        public InputStream apply(InputStream utf8) {
            return form == null ? utf8 : new NormalisingInput(utf8, form);
        }
    }
}
