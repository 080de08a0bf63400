package io.github.hyenaspark.data.document.stream;

import io.github.hyenaspark.data.bytes.ByteSearch;
import io.github.hyenaspark.data.document.DocumentReader.BadDocumentException;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * A window of constant size that moves over a stream. Callers look at {@code bytes[at..end)} and advance {@code at};
 * methods that bring more bytes may move them all to the array's front.
 */
public final class ByteSlice implements Closeable {
    private static final byte[] BYTE_ORDER_MARK = {(byte) 0xEF, (byte) 0xBB, (byte) 0xBF};
    private static final int CAPACITY = 1 << 17;
    private static final int BEGINNING = 256;

    public final byte[] bytes = new byte[CAPACITY];
    public int at;
    public int end;

    private InputStream in;
    private long offset; // of bytes[0]
    private boolean ended;
    private @Nullable IOException failure;
    private final byte[] beginning = new byte[BEGINNING];
    private int saved;
    private int unsaved = -1; // first byte of the window that belongs to the record's beginning and is not saved

    public ByteSlice(InputStream in, long offset) {
        this.in = in;
        this.offset = offset;
    }

    public void reset(InputStream other, long otherOffset) {
        in = other;
        offset = otherOffset;
        at = 0;
        end = 0;
        ended = false;
        failure = null;
        unsaved = -1;
    }

    public long position() {
        return offset + at;
    }

    /** Whether there is a byte at {@code at}; brings more only if there is none. */
    public boolean more() throws IOException {
        return at < end || require(1);
    }

    /** Brings {@code count} bytes, far below the window's size; false if the stream has fewer. */
    public boolean require(int count) throws IOException {
        while (end - at < count && !ended) {
            if (at > 0) {
                moveToFront();
            }
            read();
        }
        return end - at >= count;
    }

    /** Passes the mark of UTF-8 that some editors put at the beginning of a file, if it is here. */
    public void skipByteOrderMark() throws IOException {
        if (require(BYTE_ORDER_MARK.length)
                && Arrays.equals(bytes, at, at + BYTE_ORDER_MARK.length, BYTE_ORDER_MARK, 0, BYTE_ORDER_MARK.length)) {
            at += BYTE_ORDER_MARK.length;
        }
    }

    private void read() throws IOException {
        if (failure != null) {
            throw failure;
        }
        try {
            int got = in.read(bytes, end, bytes.length - end);
            ended = got < 0;
            end += Math.max(0, got);
        } catch (IOException e) {
            failure = e; // what follows the fault is not what follows the bytes before it
            throw e;
        }
    }

    /** Whether the stream is known to have no byte after {@code bytes[end - 1]}. */
    public boolean ended() {
        return ended;
    }

    /** Moves to the byte after the next end of line, or to the end. */
    public void skipLine() throws IOException {
        skipLine(Long.MAX_VALUE);
    }

    /** The same, but gives up somewhere after an offset. */
    public void skipLine(long limit) throws IOException {
        while (position() < limit && more()) {
            int found = ByteSearch.indexOf((byte) '\n', bytes, at, end);
            at = Math.min(found + 1, end);
            if (found < end) {
                return;
            }
        }
    }

    public void beginRecord() {
        saved = 0;
        unsaved = at;
    }

    /** Refuses the record for what is at {@code at}; it has surely ended before the bytes {@code nextRecord}. */
    public BadDocumentException bad(String reason, byte[] nextRecord) throws IOException {
        return bad(position(), reason, nextRecord);
    }

    /** Refuses the record for what is at this offset. */
    public BadDocumentException bad(long where, String reason, byte[] nextRecord) throws IOException {
        saveBeginning();
        while (unsaved >= 0 && !ended) {
            require(end - at + 1);
            saveBeginning();
        }
        byte[] found = Arrays.copyOf(beginning, saved);
        for (int i = 0; i <= saved - nextRecord.length; i++) {
            if (Arrays.equals(found, i, i + nextRecord.length, nextRecord, 0, nextRecord.length)) {
                return new BadDocumentException(where, reason, Arrays.copyOf(found, i));
            }
        }
        return new BadDocumentException(where, reason, found);
    }

    private void moveToFront() {
        saveBeginning();
        System.arraycopy(bytes, at, bytes, 0, end - at);
        offset += at;
        end -= at;
        at = 0;
        unsaved = unsaved < 0 ? unsaved : end;
    }

    private void saveBeginning() {
        if (unsaved >= 0) {
            int count = Math.min(BEGINNING - saved, end - unsaved);
            System.arraycopy(bytes, unsaved, beginning, saved, count);
            saved += count;
            unsaved = saved == BEGINNING ? -1 : unsaved + count;
        }
    }

    @Override
    public void close() throws IOException {
        in.close();
    }
}
