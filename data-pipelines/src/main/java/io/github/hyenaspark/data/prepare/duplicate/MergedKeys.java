package io.github.hyenaspark.data.prepare.duplicate;

import io.github.hyenaspark.data.shard.snapshot.KeyRun;
import io.github.hyenaspark.io.Storage;
import java.io.Closeable;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.Set;

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
     * @param sought indexes; a candidate that no candidate of these segments with the same key follows may be left out
     */
    record Segments(Map<String, Integer> indexes, Map<Integer, BitSet> gone, Set<Integer> sought) {
        /** All candidates of segments of these names. */
        static Segments named(List<String> names) {
            Map<String, Integer> indexes = new HashMap<>();
            names.forEach(name -> indexes.put(name, indexes.size()));
            return new Segments(indexes, Map.of(), Set.copyOf(indexes.values()));
        }

        private int[] indexes(KeyRun run) {
            return run.segments().stream()
                    .mapToInt(name -> indexes.getOrDefault(name, -1))
                    .toArray();
        }
    }

    /** Opens a range of the keys of runs; see {@link KeyRunFile.Cursor#open}. */
    static MergedKeys open(Storage storage, String dataset, List<KeyRun> runs, KeyRange range, Segments segments)
            throws IOException {
        var merged = new MergedKeys(segments);
        try {
            for (KeyRun run : runs) {
                merged.heads.add(merged
                .new Head(
                        KeyRunFile.Cursor.open(storage, dataset, run, range.number(), range.ranges()),
                        segments.indexes(run)));
            }
            merged.begin();
            return merged;
        } catch (IOException | RuntimeException e) {
            merged.close();
            throw e;
        }
    }

    /** One of so many equal ranges of keys; a power of two. */
    record KeyRange(int number, int ranges) {}

    /** The heads that lead come first: the others follow them. */
    private void begin() throws IOException {
        heads.sort(Comparator.comparing(head -> !head.leads));
        for (Head head : heads) {
            if (head.advance()) {
                queue.add(head);
            }
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

    /** The least first number of a sought key that is to come. */
    private long least() {
        long least = Long.MAX_VALUE;
        for (Head head : heads) {
            if (head.leads && head.candidate.length > 0) {
                least = Math.min(least, head.candidate[DuplicateRule.KEY]);
            }
        }
        return least;
    }

    /**
     * The next candidate of a run. A run with candidates of a sought segment leads; others pass over keys before those.
     */
    private final class Head {
        private final KeyRunFile.Cursor cursor;
        private final int[] indexes; // by segment of the run, those here
        private final BitSet[] gone; // likewise, the units that are left out
        private final boolean leads;
        private long[] candidate = new long[0];

        Head(KeyRunFile.Cursor cursor, int[] indexes) {
            this.cursor = cursor;
            this.indexes = indexes;
            gone = Arrays.stream(indexes)
                    .mapToObj(index -> segments.gone.getOrDefault(index, new BitSet()))
                    .toArray(BitSet[]::new);
            leads = Arrays.stream(indexes).anyMatch(segments.sought::contains);
        }

        boolean advance() throws IOException {
            long least = leads ? 0 : least();
            do {
                candidate = cursor.next(least);
            } while (candidate.length > 0 && isLeftOut());
            if (candidate.length > 0) {
                candidate[DuplicateRule.SEGMENT] = indexes[DuplicateRule.segment(candidate)];
            }
            return candidate.length > 0;
        }

        private boolean isLeftOut() {
            int segment = DuplicateRule.segment(candidate);
            return indexes[segment] < 0 || gone[segment].get(DuplicateRule.unit(candidate));
        }
    }
}
