package io.github.hyenaspark.data.shard;

import io.github.hyenaspark.io.CorruptFileException;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Locale;
import java.util.zip.CRC32C;

/**
 * The {@code .crc} beside a {@code .bin}: the CRC-32C of each of its blocks of 64 KiB (the last may be shorter), in
 * order, each as a little-endian u32. With it a reader checks only the blocks that it reads.
 */
record BlockChecksums(int[] checksums) {
    static final int BLOCK_BYTES = 1 << 16;

    static long bytes(long shardBytes) {
        return (shardBytes + BLOCK_BYTES - 1) / BLOCK_BYTES * Integer.BYTES;
    }

    /** Parses a file whose hash has been checked. */
    static BlockChecksums of(String uri, byte[] file, long shardBytes) throws CorruptFileException {
        if (file.length != bytes(shardBytes)) {
            throw new CorruptFileException(
                    uri, bytes(shardBytes) + " bytes of checksums", file.length + "", ShardReader.DELETE_HINT);
        }
        int[] checksums = new int[file.length / Integer.BYTES];
        ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN).asIntBuffer().get(checksums);
        return new BlockChecksums(checksums);
    }

    /** Checks whole blocks, {@code count} bytes from block number {@code first}. */
    void check(String uri, long first, byte[] bytes, int count) throws CorruptFileException {
        var crc = new CRC32C();
        for (int at = 0; at < count; at += BLOCK_BYTES) {
            long block = first + at / BLOCK_BYTES;
            int blockBytes = Math.min(BLOCK_BYTES, count - at);
            crc.reset();
            crc.update(bytes, at, blockBytes);
            int expected = checksums[Math.toIntExact(block)];
            if (expected != (int) crc.getValue()) {
                long begin = block * BLOCK_BYTES;
                String place = String.format(
                        Locale.ROOT,
                        "CRC-32C %08x of block %d (bytes %d to %d)",
                        expected,
                        block,
                        begin,
                        begin + blockBytes - 1);
                throw new CorruptFileException(
                        uri, place, String.format(Locale.ROOT, "%08x", crc.getValue()), ShardReader.DELETE_HINT);
            }
        }
    }

    /** Passes on whole blocks and records their checksums. */
    static final class Output extends OutputStream {
        private final OutputStream next;
        private final byte[] block = new byte[BLOCK_BYTES];
        private final CRC32C crc = new CRC32C();
        private final ByteBuffer checksums;
        private int used;

        Output(OutputStream next, long shardBytes) {
            this.next = next;
            this.checksums =
                    ByteBuffer.allocate(Math.toIntExact(bytes(shardBytes))).order(ByteOrder.LITTLE_ENDIAN);
        }

        @Override
        public void write(int value) throws IOException {
            write(new byte[] {(byte) value}, 0, 1);
        }

        @Override
        public void write(byte[] from, int at, int count) throws IOException {
            int done = 0;
            while (done < count) {
                int now = Math.min(count - done, BLOCK_BYTES - used);
                System.arraycopy(from, at + done, block, used, now);
                used += now;
                done += now;
                if (used == BLOCK_BYTES) {
                    passOn();
                }
            }
        }

        /** Passes on the last block; returns the bytes of the {@code .crc}. */
        byte[] finish() throws IOException {
            if (used > 0) {
                passOn();
            }
            return checksums.array();
        }

        private void passOn() throws IOException {
            crc.reset();
            crc.update(block, 0, used);
            checksums.putInt((int) crc.getValue());
            next.write(block, 0, used);
            used = 0;
        }
    }
}
