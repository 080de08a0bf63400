package io.github.hyenaspark.data.document.text;

import io.github.hyenaspark.data.bytes.ByteSearch;
import io.github.hyenaspark.data.bytes.Utf8;
import io.github.hyenaspark.data.document.DocumentReader.BadDocumentException;
import io.github.hyenaspark.data.document.stream.ByteSlice;
import java.io.IOException;

/**
 * The characters of a JSON string as UTF-8, block by block. Refused are control characters and unknown escapes, which
 * RFC 8259 forbids, and half surrogate pairs and malformed UTF-8, which no text can hold.
 */
final class JsonString {
    static final byte[] NEXT_LINE = {'\n'};

    private static final int LONGEST_ESCAPE = 12; // a surrogate pair
    private static final int UNICODE_ESCAPE = 6;
    private static final int LONGEST_CHARACTER = 4;
    private static final long QUOTES = ByteSearch.repeated('"');
    private static final long BACKSLASHES = ByteSearch.repeated('\\');
    private static final long SPACES = ByteSearch.repeated(' ');
    private static final long HIGH_BITS = ByteSearch.repeated(0x80);

    private final ByteSlice blocks;
    private final byte[] pending = new byte[LONGEST_CHARACTER]; // a character that did not fit or was an escape
    private int pendingEnd;
    private int given;
    private boolean ended;

    JsonString(ByteSlice blocks) {
        this.blocks = blocks;
    }

    void begin() {
        ended = false;
        given = pendingEnd;
    }

    /** The next bytes: {@code count} of them unless the string ends; -1 after the closing quote. */
    int read(byte[] to, int at, int count) throws IOException {
        int done = 0;
        while (done < count && !(ended && given == pendingEnd)) {
            if (given < pendingEnd) {
                to[at + done++] = pending[given++];
                continue;
            }
            if (!blocks.more()) {
                throw bad("the file ends inside a text");
            }
            int start = blocks.at;
            int plain = plainEnd(blocks.bytes, start, Math.min(blocks.end, start + count - done));
            System.arraycopy(blocks.bytes, start, to, at + done, plain - start);
            blocks.at = plain;
            done += plain - start;
            if (plain == start) {
                special();
            }
        }
        return done == 0 && ended ? -1 : done;
    }

    /** End of the bytes that need no decoding and are whole characters. */
    private static int plainEnd(byte[] bytes, int from, int to) {
        int i = from;
        while (i < to) {
            if (i <= to - Long.BYTES && isPlain(ByteSearch.word(bytes, i))) {
                i += Long.BYTES;
            } else if (bytes[i] >= 0) {
                if (bytes[i] < ' ' || bytes[i] == '"' || bytes[i] == '\\') {
                    return i;
                }
                i++;
            } else {
                int length = Utf8.length(bytes, i, to);
                if (length <= 0) {
                    return i;
                }
                i += length;
            }
        }
        return i;
    }

    private static boolean isPlain(long word) {
        long quote = ByteSearch.zeros(word ^ QUOTES);
        long backslash = ByteSearch.zeros(word ^ BACKSLASHES);
        long control = (word - SPACES) & ~word;
        return ((quote | backslash | control | word) & HIGH_BITS) == 0;
    }

    /** A quote, an escape, or a character that did not fit or is cut by the end of the window. */
    private void special() throws IOException {
        int first = blocks.bytes[blocks.at];
        if (first == '"') {
            blocks.at++;
            ended = true;
        } else if (first == '\\') {
            blocks.require(LONGEST_ESCAPE);
            pendingEnd = Utf8.encode(escape(), pending);
            given = 0;
        } else if (first >= 0 && first < ' ') {
            throw bad(first == '\n' ? "the line ends inside a text" : "a control character in a text");
        } else {
            blocks.require(LONGEST_CHARACTER);
            int length = Utf8.length(blocks.bytes, blocks.at, blocks.end);
            if (length <= 0) {
                throw bad("a byte in a text is not UTF-8");
            }
            System.arraycopy(blocks.bytes, blocks.at, pending, 0, length);
            pendingEnd = length;
            given = 0;
            blocks.at += length;
        }
    }

    private int escape() throws IOException {
        int kind = blocks.end - blocks.at < 2 ? -1 : blocks.bytes[blocks.at + 1];
        int character = switch (kind) {
            case '"', '\\', '/' -> kind;
            case 'b' -> '\b';
            case 'f' -> '\f';
            case 'n' -> '\n';
            case 'r' -> '\r';
            case 't' -> '\t';
            case 'u' -> unit(blocks.at);
            default -> throw bad("an unknown escape in a text");
        };
        int length = kind == 'u' ? UNICODE_ESCAPE : 2;
        if (Character.isSurrogate((char) character)) {
            int low = Character.isHighSurrogate((char) character) ? followingUnit() : -1;
            if (low < 0 || !Character.isLowSurrogate((char) low)) {
                throw bad("half of a surrogate pair in a text");
            }
            character = Character.toCodePoint((char) character, (char) low);
            length = LONGEST_ESCAPE;
        }
        blocks.at += length;
        return character;
    }

    private int followingUnit() throws IOException {
        int at = blocks.at + UNICODE_ESCAPE;
        boolean follows = at + 1 < blocks.end && blocks.bytes[at] == '\\' && blocks.bytes[at + 1] == 'u';
        return follows ? unit(at) : -1;
    }

    private int unit(int at) throws IOException {
        int unit = 0;
        for (int i = at + 2; i < at + UNICODE_ESCAPE; i++) {
            int digit = i < blocks.end && blocks.bytes[i] > 0 ? Character.digit(blocks.bytes[i], 16) : -1;
            if (digit < 0) {
                throw bad("an escape without four hexadecimal digits in a text");
            }
            unit = (unit << 4) | digit;
        }
        return unit;
    }

    private BadDocumentException bad(String reason) throws IOException {
        return blocks.bad(reason, NEXT_LINE);
    }
}
