package io.github.hyenaspark.data.prepare.duplicate;

import io.github.hyenaspark.data.shard.snapshot.KeyRun;
import io.github.hyenaspark.io.Storage;
import java.io.Closeable;
import java.io.IOException;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;

/** The candidates of several runs in one order, as if they were one run: a range of keys is read once, by streaming. */
final class MergedKeys implements Closeable {
    private final Segments segments;
    private final List<Head> heads = new ArrayList<>();
    private final PriorityQueue<Head> queue =
            new PriorityQueue<>((one, other) -> DuplicateRule.compare(one.candidate, other.candidate));

    private MergedKeys(Segments segments) {
        this.segments = segments;
    }

    /**
     * Which segments' candidates are given. In each run they must have the order that they have here.
     *
     * @param indexes by name; candidates of others are left out
     * @param gone by index, the units whose candidates are left out, if there are some
     */
    record Segments(Map<String, Integer> indexes, Map<Integer, BitSet> gone) {
        /** All candidates of segments of these names. */
        static Segments named(List<String> names) {
            Map<String, Integer> indexes = new HashMap<>();
            names.forEach(name -> indexes.put(name, indexes.size()));
            return new Segments(indexes, Map.of());
        }

        private boolean isGone(int index, int unit) {
            BitSet units = gone.get(index);
            return units != null && units.get(unit);
        }
    }

    /** Opens a range of the keys of runs; see {@link KeyRunFile.Cursor#open}. */
    static MergedKeys open(Storage storage, String dataset, List<KeyRun> runs, KeyRange range, Segments segments)
            throws IOException {
        var merged = new MergedKeys(segments);
        try {
            for (KeyRun run : runs) {
                merged.add(run, KeyRunFile.Cursor.open(storage, dataset, run, range.number(), range.ranges()));
            }
            return merged;
        } catch (IOException | RuntimeException e) {
            merged.close();
            throw e;
        }
    }

    /** One of so many equal ranges of keys; a power of two. */
    record KeyRange(int number, int ranges) {}

    private void add(KeyRun run, KeyRunFile.Cursor cursor) throws IOException {
        var head = new Head(
                cursor,
                run.segments().stream()
                        .mapToInt(name -> segments.indexes.getOrDefault(name, -1))
                        .toArray());
        heads.add(head);
        if (head.advance()) {
            queue.add(head);
        }
    }

    /** The next candidate, its segment by its index here; empty at the end. */
    long[] next() throws IOException {
        Head head = queue.poll();
        if (head == null) {
            return new long[0];
        }
        long[] candidate = head.candidate;
        if (head.advance()) {
            queue.add(head);
        }
        return candidate;
    }

    @Override
    public void close() throws IOException {
        for (Head head : heads) {
            head.cursor.close();
        }
    }

    /** The next candidate of a run. */
    private final class Head {
        private final KeyRunFile.Cursor cursor;
        private final int[] indexes;
        private long[] candidate = new long[0];

        Head(KeyRunFile.Cursor cursor, int[] indexes) {
            this.cursor = cursor;
            this.indexes = indexes;
        }

        boolean advance() throws IOException {
            for (long[] next = cursor.next(); next.length > 0; next = cursor.next()) {
                int index = indexes[DuplicateRule.segment(next)];
                if (index >= 0 && !segments.isGone(index, DuplicateRule.unit(next))) {
                    next[DuplicateRule.SEGMENT] = index;
                    candidate = next;
                    return true;
                }
            }
            return false;
        }
    }
}
