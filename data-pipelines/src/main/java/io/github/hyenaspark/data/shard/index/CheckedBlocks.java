package io.github.hyenaspark.data.shard.index;

import io.github.hyenaspark.io.CorruptFileException;
import io.github.hyenaspark.io.RangeReader;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.zip.CRC32C;

/**
 * Bytes in blocks of 64 KiB, the last one shorter, each of which ends with the CRC-32C of its other bytes as a
 * little-endian u32; so whatever range of blocks is read can be checked.
 */
final class CheckedBlocks {
    static final int BLOCK_BYTES = 1 << 16;

    private static final int PAYLOAD_BYTES = BLOCK_BYTES - Integer.BYTES;

    private final String uri;
    private final RangeReader in;
    private final byte[] range;
    private final CRC32C crc = new CRC32C();
    private final String hint;
    private long next; // the offset of the next range
    private int rangeEnd;
    private int nextBlock; // within the range
    private ByteBuffer block = ByteBuffer.allocate(0);

    /** Reads a file from its start, so many bytes at a time; {@code hint} says what to do about a damaged one. */
    CheckedBlocks(String uri, RangeReader in, int rangeBytes, String hint) {
        this.uri = uri;
        this.in = in;
        this.hint = hint;
        int blocks = Math.max(1, rangeBytes / BLOCK_BYTES);
        range = new byte[(int) Math.min((long) blocks * BLOCK_BYTES, in.length())];
    }

    /** The bytes between the checksums of the whole file. */
    long payloadBytes() {
        return in.length() - (in.length() + BLOCK_BYTES - 1) / BLOCK_BYTES * Integer.BYTES;
    }

    /** The next four bytes; a number never begins in one block and ends in another. */
    int readInt() throws IOException {
        if (!block.hasRemaining()) {
            readBlock();
        }
        return block.getInt();
    }

    void readFully(ByteBuffer to) throws IOException {
        while (to.hasRemaining()) {
            if (!block.hasRemaining()) {
                readBlock();
            }
            int now = Math.min(to.remaining(), block.remaining());
            to.put(block.slice().limit(now));
            block.position(block.position() + now);
        }
    }

    private void readBlock() throws IOException {
        if (nextBlock == rangeEnd) {
            rangeEnd = (int) Math.min(range.length, in.length() - next);
            in.readFully(next, range, 0, rangeEnd);
            next += rangeEnd;
            nextBlock = 0;
        }
        int payload = Math.min(PAYLOAD_BYTES, rangeEnd - nextBlock - Integer.BYTES);
        if (payload <= 0 || payload % Integer.BYTES != 0) {
            throw new CorruptFileException(uri, "whole blocks with their checksums", in.length() + " bytes", hint);
        }
        crc.reset();
        crc.update(range, nextBlock, payload);
        block = ByteBuffer.wrap(range, nextBlock, payload + Integer.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        int expected = block.getInt(nextBlock + payload);
        if (expected != (int) crc.getValue()) {
            String place = "CRC-32C " + Integer.toHexString(expected) + " of the 64 KiB that begin at byte "
                    + (next - rangeEnd + nextBlock);
            throw new CorruptFileException(uri, place, Integer.toHexString((int) crc.getValue()), hint);
        }
        block.limit(nextBlock + payload);
        nextBlock += payload + Integer.BYTES;
    }

    /** Passes on blocks. */
    static final class Output {
        private final OutputStream out;
        private final ByteBuffer block = ByteBuffer.allocate(BLOCK_BYTES).order(ByteOrder.LITTLE_ENDIAN);
        private final CRC32C crc = new CRC32C();

        Output(OutputStream out) {
            this.out = out;
        }

        void writeInt(int number) throws IOException {
            if (block.position() == PAYLOAD_BYTES) {
                end();
            }
            block.putInt(number);
        }

        void write(byte[] bytes) throws IOException {
            for (int at = 0; at < bytes.length; ) {
                if (block.position() == PAYLOAD_BYTES) {
                    end();
                }
                int now = Math.min(bytes.length - at, PAYLOAD_BYTES - block.position());
                block.put(bytes, at, now);
                at += now;
            }
        }

        /** Passes on what waits; the stream stays open. */
        void end() throws IOException {
            if (block.position() > 0) {
                crc.reset();
                crc.update(block.array(), 0, block.position());
                block.putInt((int) crc.getValue());
                out.write(block.array(), 0, block.position());
                block.clear();
            }
        }
    }
}
