package io.github.hyenaspark.data.prepare.duplicate;

import io.github.hyenaspark.data.prepare.DatasetSpec;
import io.github.hyenaspark.data.shard.ObjectRef;
import io.github.hyenaspark.data.shard.snapshot.KeyRun;
import io.github.hyenaspark.data.shard.snapshot.Segment;
import io.github.hyenaspark.data.shard.table.DocumentTable;
import io.github.hyenaspark.io.Hashes;
import io.github.hyenaspark.io.Storage;
import java.io.IOException;
import java.io.Serializable;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Optional;
import java.util.Set;

/**
 * What a commit has to look for: the keys of segments that no run has are sorted into a new run, which reads their
 * documents' tables once; then all runs are merged, which reads each once, and nothing else. How many tasks share the
 * work decides nothing.
 *
 * @param segments those of the snapshot to come, in its order
 * @param runs sorted keys that there are already, in each those of segments in the snapshot's order
 * @param wanted the indexes of segments whose duplicates are not known: new ones, and all if a unit has left
 */
public record DuplicateSearch(DatasetSpec spec, List<Segment.Entry> segments, List<KeyRun> runs, Set<Integer> wanted)
        implements Serializable {
    /** Keys of one part of a run, about. */
    private static final long PART_KEYS = 2_000_000;

    private static final int RUN_DIGITS = 20;
    /** Units that one task sorts: each task reads the lines of its segment, and a night has few units. */
    private static final int FEWEST_UNITS = 8;

    private static final int MOST_UNITS = 64;
    private static final int TASKS = 512; // about

    public DuplicateSearch {
        segments = Collections.unmodifiableList(new ArrayList<>(segments));
        runs = Collections.unmodifiableList(new ArrayList<>(runs));
        wanted = Collections.unmodifiableSet(new HashSet<>(wanted));
    }

    /** All runs there are now, and of the wanted segments those with duplicates, which are listed. */
    public record Result(List<KeyRun> runs, List<Marked> marked) {
        public Result {
            runs = List.copyOf(runs);
            marked = List.copyOf(marked);
        }
    }

    /** A segment with its duplicates, and its index in the snapshot. */
    public record Marked(int segment, Segment.Entry entry) implements Serializable {}

    /** A few units of a segment whose keys no run has. */
    public record Units(int segment, int from, int to) implements Serializable {}

    /** The documents' table of one of them. */
    public record Table(int segment, int unit, ObjectRef object) {}

    /** How many keys a document has; 0 if nothing is looked for. */
    public int kinds() {
        return DuplicateRule.kinds(spec.config().clean().duplicates());
    }

    /** The segments whose keys no run has. */
    public List<Segment.Entry> unsorted() {
        Set<String> sorted = new HashSet<>();
        runs.forEach(run -> sorted.addAll(run.segments()));
        return segments.stream()
                .filter(segment -> !sorted.contains(segment.id()))
                .toList();
    }

    /** The work of sorting: units of unsorted segments; a segment's index is that among them. */
    public List<Units> units() {
        List<Units> units = new ArrayList<>();
        List<Segment.Entry> unsorted = unsorted();
        int all = unsorted.stream().mapToInt(DuplicateSearch::allUnits).sum();
        int each = Math.max(FEWEST_UNITS, Math.min(MOST_UNITS, all / TASKS));
        for (int i = 0; i < unsorted.size(); i++) {
            int count = allUnits(unsorted.get(i));
            for (int from = 0; from < count; from += each) {
                units.add(new Units(i, from, Math.min(count, from + each)));
            }
        }
        return units;
    }

    /** Those that have left it, too. */
    private static int allUnits(Segment.Entry segment) {
        return Math.toIntExact(segment.totals().units() + segment.gone().size());
    }

    /** The documents' tables of some units, in order; a unit without documents, or that has left, has none. */
    public List<Table> tables(Storage storage, Units units) throws IOException {
        String dataset = spec.config().dataset();
        List<Segment.Line> lines = new ArrayList<>();
        Segment.Entry segment = unsorted().get(units.segment());
        Segment.read(storage, dataset, segment).lines(storage, dataset, lines::add);
        List<Table> tables = new ArrayList<>();
        for (int unit = units.from(); unit < units.to(); unit++) {
            Optional<ObjectRef> table = lines.get(unit).unit().object(DocumentTable.FOLDER);
            if (table.isPresent() && !segment.gone().contains(unit)) {
                tables.add(new Table(units.segment(), unit, table.get()));
            }
        }
        return tables;
    }

    /** The candidates of all documents of a unit, in no order. */
    public DuplicateRule.Candidates candidates(Storage storage, Table table) throws IOException {
        return new DuplicateRule.Candidates(
                storage, spec.config().dataset(), table.object(), table.segment(), table.unit(), kinds());
    }

    /** All candidates of the unsorted segments, sorted. */
    public List<long[]> sorted(Storage storage) throws IOException {
        List<long[]> sorted = new ArrayList<>();
        for (Units units : units()) {
            for (Table table : tables(storage, units)) {
                try (DuplicateRule.Candidates candidates = candidates(storage, table)) {
                    candidates.forEachRemaining(sorted::add);
                }
            }
        }
        sorted.sort(DuplicateRule::compare);
        return sorted;
    }

    /** Into how many parts the new run is cut, by the number of its keys. */
    public int newParts() {
        return parts(keys(unsorted()));
    }

    /** How many keys segments have, about. */
    public long keys(List<Segment.Entry> segments) {
        return kinds() * documents(segments);
    }

    /** How many documents segments have. */
    public static long documents(List<Segment.Entry> segments) {
        return segments.stream()
                .mapToLong(segment -> segment.totals().counts().documents())
                .sum();
    }

    /** The segments whose duplicates are not known. */
    public List<Segment.Entry> sought() {
        return wanted.stream().map(segments::get).toList();
    }

    static int parts(long keys) {
        long parts = Long.highestOneBit(Math.max(1, keys / PART_KEYS));
        return (int) Math.min(KeyRunFile.RANGES, parts);
    }

    /** The name of a part of the new run. */
    public String newName(int part) {
        String segments = unsorted().stream()
                .map(one -> one.id() + (one.gone().isEmpty() ? "" : " without " + one.gone()))
                .toList()
                .toString();
        return Hashes.sha256(segments + " " + kinds()).substring(0, RUN_DIGITS) + "-" + part;
    }

    /** The same with a run of the unsorted segments. */
    public DuplicateSearch with(List<ObjectRef> parts) {
        List<KeyRun> all = new ArrayList<>(runs);
        all.add(new KeyRun(unsorted().stream().map(Segment.Entry::id).toList(), parts));
        return new DuplicateSearch(spec, segments, all, wanted);
    }

    /** The names of the units of a segment of the snapshot, those that have left it too. */
    List<String> unitNames(Storage storage, int segment) throws IOException {
        String dataset = spec.config().dataset();
        List<String> names = new ArrayList<>();
        Segment.read(storage, dataset, segments.get(segment))
                .lines(storage, dataset, line -> names.add(line.unit().name()));
        return names;
    }

    /** Into how many ranges of keys the merge is cut, each a task. */
    public int ranges() {
        long bytes = runs.stream()
                .flatMap(run -> run.parts().stream())
                .mapToLong(ObjectRef::bytes)
                .sum();
        int most = runs.stream().mapToInt(run -> run.parts().size()).max().orElse(1);
        return Math.max(most, parts(bytes / KeyRunFile.RECORD));
    }

    /** The duplicates with keys in one of the ranges, in the order of their keys; the caller closes them. */
    public Found found(Storage storage, int range, int ranges) throws IOException {
        var keys = new MergedKeys.KeyRange(range, ranges);
        return new Found(MergedKeys.open(storage, spec.config().dataset(), runs, keys, remaining()), wanted);
    }

    /** The units that are in the snapshot. */
    private MergedKeys.Segments remaining() {
        Map<Integer, BitSet> gone = new HashMap<>();
        for (int i = 0; i < segments.size(); i++) {
            var units = new BitSet();
            segments.get(i).gone().forEach(units::set);
            gone.put(i, units);
        }
        return new MergedKeys.Segments(indexes(segments), gone, wanted);
    }

    /** By the segments' names. */
    private static Map<String, Integer> indexes(List<Segment.Entry> segments) {
        Map<String, Integer> indexes = new HashMap<>();
        segments.forEach(segment -> indexes.put(segment.id(), indexes.size()));
        return indexes;
    }

    /** The runs for the snapshot to come: some of those here may be due to be merged. */
    public List<KeyRun> merged(KeyMerge.Writing writing) throws IOException {
        return KeyMerge.all(runs, segments.stream().map(Segment.Entry::id).toList(), writing);
    }

    /**
     * The duplicates with keys in one range, found while the keys are read: candidates with the snapshot's indexes of
     * segments. A failed read is an UncheckedIOException.
     */
    public static final class Found implements Iterator<long[]>, AutoCloseable {
        private final MergedKeys keys;
        private final Set<Integer> wanted;
        private long[] before = new long[0];
        private long[] found = new long[0];
        private boolean atEnd;

        Found(MergedKeys keys, Set<Integer> wanted) {
            this.keys = keys;
            this.wanted = wanted;
        }

        @Override
        public boolean hasNext() {
            try {
                while (found.length == 0 && !atEnd) {
                    advance();
                }
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
            return !atEnd;
        }

        private void advance() throws IOException {
            long[] candidate = keys.next();
            atEnd = candidate.length == 0;
            if (!atEnd && before.length > 0 && DuplicateRule.sameKey(before, candidate)) {
                found = wanted.contains(DuplicateRule.segment(candidate)) ? candidate : found;
            }
            before = candidate;
        }

        @Override
        public long[] next() {
            if (!hasNext()) {
                throw new NoSuchElementException("all duplicates have been taken");
            }
            long[] next = found;
            found = new long[0];
            return next;
        }

        @Override
        public void close() {
            try {
                keys.close();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }
}
