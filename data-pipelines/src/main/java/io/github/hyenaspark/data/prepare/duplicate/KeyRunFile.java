package io.github.hyenaspark.data.prepare.duplicate;

import io.github.hyenaspark.data.shard.ObjectRef;
import io.github.hyenaspark.data.shard.SpoolFile;
import io.github.hyenaspark.data.shard.snapshot.KeyRun;
import io.github.hyenaspark.io.CorruptFileException;
import io.github.hyenaspark.io.RangeReader;
import io.github.hyenaspark.io.Storage;
import io.github.hyenaspark.io.TestPoint;
import java.io.BufferedOutputStream;
import java.io.Closeable;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.util.zip.CRC32C;

/**
 * One part of the sorted keys of some segments: {@code keys/NAME.run}. A table says where the keys with each of 512
 * beginnings lie (the 9 bits after those that all keys of the part share) and their CRC-32C, so that a range may be
 * read alone; then come the candidates, 32 bytes each.
 */
public final class KeyRunFile {
    /** A reader takes at least a 512th of a part. */
    public static final int RANGES = 512;

    private static final int RANGE_BITS = 9;
    private static final int MAGIC = 0x48594b52; // "HYKR"
    private static final int ENTRY = Long.BYTES + Integer.BYTES;
    static final int TABLE = 2 * Integer.BYTES + (RANGES + 1) * ENTRY;
    static final int RECORD = 32; // bytes of a key
    private static final int KIND_SHIFT = 24;
    private static final int MOST_UNIT = (1 << KIND_SHIFT) - 1;
    /** Of keys that are read by one request: many runs are open at a time. */
    private static final int BUFFER = 1 << 18;

    private KeyRunFile() {}

    /** Candidates, one after the other. */
    @FunctionalInterface
    public interface Candidates {
        /** The next one; empty at the end. */
        long[] next() throws IOException;
    }

    /**
     * Writes candidates that are sorted and lie in one part.
     *
     * @param part which, of so many {@code parts}
     */
    public static ObjectRef write(Storage storage, String dataset, String name, int part, int parts, Candidates sorted)
            throws IOException {
        try (SpoolFile spool = SpoolFile.open()) {
            OutputStream records = new BufferedOutputStream(spool.output(), BUFFER);
            ByteBuffer table = ByteBuffer.allocate(TABLE).putInt(MAGIC).putInt(parts);
            ByteBuffer record = ByteBuffer.allocate(RECORD);
            long count = 0;
            int range = 0;
            var crc = new CRC32C();
            table.putLong(0);
            for (long[] candidate = sorted.next(); candidate.length > 0; candidate = sorted.next()) {
                if (DuplicateRule.part(candidate, parts) != part) {
                    throw new IllegalArgumentException("a key does not lie in part " + part + " of " + parts);
                }
                for (int own = range(candidate, parts); range < own; range++) {
                    table.putInt((int) crc.getValue()).putLong(count);
                    crc.reset();
                }
                put(record.clear(), candidate);
                crc.update(record.array());
                records.write(record.array());
                count++;
            }
            for (; range < RANGES; range++) {
                table.putInt((int) crc.getValue()).putLong(count);
                crc.reset();
            }
            records.flush();
            String uri = Storage.resolve(dataset, KeyRun.FOLDER + "/" + name + ".run");
            TestPoint.reached("before writing sorted keys to {}", uri);
            ObjectRef file = ObjectRef.of(KeyRun.FOLDER, storage.write(uri, out -> {
                out.write(table.array());
                spool.input(0).transferTo(out);
            }));
            TestPoint.reached("sorted keys are in {}", uri);
            return file;
        }
    }

    /** How many keys a run has, by the lengths of its parts. */
    static long keys(KeyRun run) {
        return run.parts().stream()
                .mapToLong(part -> (part.bytes() - TABLE) / RECORD)
                .sum();
    }

    private static int range(long[] candidate, int parts) {
        int shift = DuplicateRule.KEY_BITS - Integer.numberOfTrailingZeros(parts) - RANGE_BITS;
        return (int) (candidate[DuplicateRule.KEY] >>> shift) & (RANGES - 1);
    }

    private static void put(ByteBuffer record, long[] candidate) {
        long place = candidate[DuplicateRule.PLACE];
        int split = (int) (place >>> Integer.SIZE); // 0 or 1
        record.putLong(candidate[0])
                .putLong(candidate[1])
                .putInt((int) ((candidate[DuplicateRule.KIND] << KIND_SHIFT) | candidate[DuplicateRule.UNIT]))
                .putInt((int) candidate[DuplicateRule.SEGMENT])
                .putInt((split << (Integer.SIZE - 1)) | (int) place)
                .putInt((int) candidate[DuplicateRule.TOKENS]);
    }

    private static long[] candidate(ByteBuffer record) {
        long[] candidate = new long[DuplicateRule.LENGTH];
        candidate[0] = record.getLong();
        candidate[1] = record.getLong();
        long kindAndUnit = Integer.toUnsignedLong(record.getInt());
        candidate[DuplicateRule.KIND] = kindAndUnit >>> KIND_SHIFT;
        candidate[DuplicateRule.UNIT] = kindAndUnit & MOST_UNIT;
        candidate[DuplicateRule.SEGMENT] = record.getInt();
        long place = Integer.toUnsignedLong(record.getInt());
        long split = place >>> (Integer.SIZE - 1);
        candidate[DuplicateRule.PLACE] = (split << Integer.SIZE) | (place & Integer.MAX_VALUE);
        candidate[DuplicateRule.TOKENS] = record.getInt();
        return candidate;
    }

    /** Candidates of a part in order; segments have the indexes that the writer gave them. The caller closes it. */
    public static final class Cursor implements Closeable {
        private final String uri;
        private final RangeReader file;
        private final long[] ends = new long[RANGES + 1];
        private final int[] sums = new int[RANGES];
        private final CRC32C crc = new CRC32C();
        private final int lastRange;
        private int range;
        private long read;
        private ByteBuffer records = ByteBuffer.allocate(0);

        private Cursor(String uri, RangeReader file, int from, int to) throws IOException {
            this.uri = uri;
            this.file = file;
            if (file.length() < TABLE) {
                throw damaged("a table of " + TABLE + " bytes");
            }
            byte[] head = new byte[TABLE];
            file.readFully(0, head, 0, TABLE);
            ByteBuffer table = ByteBuffer.wrap(head);
            if (table.getInt() != MAGIC) {
                throw damaged("sorted keys");
            }
            table.getInt(); // how many parts
            ends[0] = table.getLong();
            for (int i = 0; i < RANGES; i++) {
                sums[i] = table.getInt();
                ends[i + 1] = table.getLong();
                if (ends[i + 1] < ends[i] || ends[0] != 0) {
                    throw damaged("ascending numbers of keys");
                }
            }
            if (ends[RANGES] != (file.length() - TABLE) / RECORD) {
                throw damaged(ends[RANGES] + " keys");
            }
            range = from;
            lastRange = to - 1;
            read = ends[from];
        }

        private CorruptFileException damaged(String expected) {
            return new CorruptFileException(uri, expected, "other bytes", "delete it and run prepare again");
        }

        /**
         * Opens the keys of a run that lie in one of {@code parts} equal ranges, both powers of two, the run's own
         * parts at most as many: a request for the table, then one for each 256 KiB.
         */
        public static Cursor open(Storage storage, String dataset, KeyRun run, int part, int parts) throws IOException {
            int each = parts / run.parts().size();
            if (each < 1 || each > RANGES) {
                throw new IllegalArgumentException(
                        "cannot read a run of " + run.parts().size() + " parts as " + parts);
            }
            ObjectRef object = run.parts().get(part / each);
            String uri = Storage.resolve(dataset, object.file());
            int ranges = RANGES / each;
            int from = part % each * ranges;
            RangeReader file = object.openRange(storage, dataset);
            try {
                return new Cursor(uri, file, from, from + ranges);
            } catch (IOException e) {
                file.close();
                throw e;
            }
        }

        /**
         * The next candidate whose key's first number is at least this; empty at the end. Those before it are checked,
         * not made.
         */
        public long[] next(long least) throws IOException {
            while (hasRecords()) {
                int begin = records.position();
                int end = begin + (int) Math.min(records.remaining(), (ends[range + 1] - read) * RECORD);
                int at = begin;
                while (at < end && records.getLong(at) < least) {
                    at += RECORD;
                }
                boolean found = at < end;
                int passed = (found ? at + RECORD : at) - begin;
                crc.update(records.array(), begin, passed);
                read += passed / RECORD;
                records.position(at);
                if (found) {
                    return candidate(records);
                }
            }
            return new long[0];
        }

        /** Whether there are more; then some of them, of this range, are in memory. */
        private boolean hasRecords() throws IOException {
            while (read == ends[range + 1]) {
                if ((int) crc.getValue() != sums[range]) {
                    throw damaged("keys with their CRC-32C in range " + range);
                }
                crc.reset();
                if (range == lastRange) {
                    return false;
                }
                range++;
            }
            if (!records.hasRemaining()) {
                int bytes = (int) Math.min(BUFFER, (ends[lastRange + 1] - read) * RECORD);
                records = ByteBuffer.allocate(bytes);
                file.readFully(TABLE + read * RECORD, records.array(), 0, bytes);
            }
            return true;
        }

        @Override
        public void close() throws IOException {
            file.close();
        }
    }
}
