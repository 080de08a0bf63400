package io.github.hyenaspark.data.document.fasta;

import io.github.hyenaspark.data.bytes.ByteSearch;
import io.github.hyenaspark.data.document.DocumentReader.BadDocumentException;
import io.github.hyenaspark.data.document.stream.ByteSlice;
import io.github.hyenaspark.io.BulkInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Locale;

/**
 * The current record of a FASTA file: its header, then its letters as a stream without line ends, up to a limit.
 * Anything but ASCII letters, {@code *} and {@code -} is refused.
 */
final class FastaRecord extends BulkInputStream {
    private static final byte[] NEXT_RECORD = {'\n', '>'};
    private static final int LONGEST_HEADER = 1 << 16;
    private static final int SCRATCH = 1 << 13;
    private static final long LOWER_CASE = ByteSearch.repeated(0x20);
    private static final long FROM_A = ByteSearch.repeated(0x80 - 'a');
    private static final long BEYOND_Z = ByteSearch.repeated(0x80 - 'z' - 1);
    private static final long HIGH_BITS = ByteSearch.repeated(0x80);

    private final ByteSlice blocks;
    private final byte[] scratch = new byte[SCRATCH];
    private boolean atLine = true;
    private long offset;
    private long base;
    private long limit;

    /** Stands before the first record, at the beginning of a line. */
    FastaRecord(ByteSlice blocks) {
        this.blocks = blocks;
    }

    /** Refuses data before the first header line of a file, but for blank lines and a byte order mark. */
    void checkFileBegins() throws IOException {
        blocks.skipByteOrderMark();
        blocks.beginRecord();
        while (blocks.more() && isLineEnd(blocks.bytes[blocks.at])) {
            passLineEnd();
            blocks.beginRecord();
        }
        if (blocks.more() && blocks.bytes[blocks.at] != '>') {
            throw blocks.bad("data before the first header line, expected >", NEXT_RECORD);
        }
    }

    /** Moves to the next record; false if none begins before {@code to}. */
    boolean next(long to) throws IOException {
        while (blocks.position() < to && blocks.more()) {
            if (atLine && blocks.bytes[blocks.at] == '>') {
                offset = blocks.position();
                base = 0;
                blocks.beginRecord();
                return true;
            }
            blocks.skipLine(to);
            atLine = true;
        }
        return false;
    }

    /** Byte offset of its {@code >} in the file. */
    long offset() {
        return offset;
    }

    long base() {
        return base;
    }

    Header header() throws IOException {
        blocks.at++;
        atLine = false;
        var line = new ByteArrayOutputStream();
        while (!atLine && blocks.more()) {
            int end = ByteSearch.indexOf((byte) '\n', blocks.bytes, blocks.at, blocks.end);
            if (line.size() + end - blocks.at > LONGEST_HEADER) {
                throw blocks.bad(offset, "the header line is longer than " + LONGEST_HEADER + " bytes", NEXT_RECORD);
            }
            line.write(blocks.bytes, blocks.at, end - blocks.at);
            atLine = end < blocks.end;
            blocks.at = atLine ? end + 1 : end;
        }
        try {
            return Header.parse(line.toByteArray());
        } catch (CharacterCodingException e) {
            BadDocumentException bad = blocks.bad(offset, "the header line is not UTF-8", NEXT_RECORD);
            bad.initCause(e);
            throw bad;
        }
    }

    /** Skips to the interval's start, as far as the record reaches, and lets the stream end at the interval's end. */
    void select(BedFile.Interval interval) throws IOException {
        limit = interval.start();
        int got;
        do {
            got = read(scratch, 0, SCRATCH);
        } while (got >= 0);
        limit = interval.end();
    }

    /** A fault of the record as a whole, not of one of its bytes. */
    BadDocumentException bad(String reason) throws IOException {
        return blocks.bad(offset, reason, NEXT_RECORD);
    }

    @Override
    public int read(byte[] to, int at, int count) throws IOException {
        int wanted = (int) Math.min(count, limit - base);
        int done = 0;
        while (done < wanted && blocks.more() && !(atLine && blocks.bytes[blocks.at] == '>')) {
            int start = blocks.at;
            int end = lettersEnd(blocks.bytes, start, Math.min(blocks.end, start + wanted - done));
            System.arraycopy(blocks.bytes, start, to, at + done, end - start);
            done += end - start;
            blocks.at = end;
            if (end > start) {
                atLine = false;
            } else if (isLineEnd(blocks.bytes[start])) {
                passLineEnd();
            } else if (done > 0) {
                break; // the next read refuses it
            } else {
                throw bad(blocks.bytes[start]);
            }
        }
        base += done;
        return done == 0 && count > 0 ? -1 : done;
    }

    private void passLineEnd() throws IOException {
        if (blocks.bytes[blocks.at] == '\r' && blocks.require(2) && blocks.bytes[blocks.at + 1] != '\n') {
            throw bad((byte) '\r');
        }
        atLine = blocks.bytes[blocks.at] == '\n';
        blocks.at++;
    }

    private BadDocumentException bad(byte found) throws IOException {
        String what =
                found > ' ' && found < 0x7F ? "'" + (char) found + "'" : String.format(Locale.ROOT, "0x%02X", found);
        return blocks.bad("found " + what + " in a sequence, expected letters, * or -", NEXT_RECORD);
    }

    private static boolean isLineEnd(byte found) {
        return found == '\n' || found == '\r';
    }

    private static int lettersEnd(byte[] bytes, int from, int to) {
        int i = from;
        while (i < to) {
            if (i <= to - Long.BYTES && isLetters(ByteSearch.word(bytes, i))) {
                i += Long.BYTES;
            } else if (isLetter(bytes[i])) {
                i++;
            } else {
                return i;
            }
        }
        return i;
    }

    private static boolean isLetters(long word) {
        long lower = (word | LOWER_CASE) & ~HIGH_BITS;
        long fromA = lower + FROM_A;
        long beyondZ = lower + BEYOND_Z;
        return (fromA & ~beyondZ & ~word & HIGH_BITS) == HIGH_BITS;
    }

    private static boolean isLetter(byte found) {
        int lower = found | 0x20;
        return (found >= 0 && lower >= 'a' && lower <= 'z') || found == '*' || found == '-';
    }

    record Header(String id, String description) {
        static final String ID = "id";
        static final String DESCRIPTION = "description";

        /** Parses a line without its {@code >} and its end. */
        static Header parse(byte[] line) throws CharacterCodingException {
            String text = StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(line))
                    .toString()
                    .stripTrailing();
            int end = 0;
            while (end < text.length() && text.charAt(end) != ' ' && text.charAt(end) != '\t') {
                end++;
            }
            return new Header(text.substring(0, end), text.substring(end).strip());
        }
    }
}
