package io.github.hyenaspark.data.prepare.duplicate;

import io.github.hyenaspark.data.shard.ObjectRef;
import io.github.hyenaspark.data.shard.snapshot.KeyRun;
import io.github.hyenaspark.io.Hashes;
import io.github.hyenaspark.io.Storage;
import java.io.IOException;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * Runs of keys that a commit makes one of, so that a night does not read a run of every night before it. Whenever
 * {@link #MOST} runs are of one size they become one of the next size, a size being eight times the one before: n equal
 * nights have at most 7 log8(n) runs, and a key is written log8(n) times. What is left out are the keys of segments
 * that the snapshot does not have any more. Which runs are merged is decided by their sizes alone, so a commit that was
 * killed and begins again writes the same; the old runs stay until no snapshot lists them.
 *
 * @param runs at least two, or one of which nothing is left
 * @param segments those of the runs that the snapshot has, in its order
 * @param parts of the new run
 */
public record KeyMerge(List<KeyRun> runs, List<String> segments, int parts) implements Serializable {
    /** Runs of one size, at most one less. */
    static final int MOST = 8;

    /** Keys of a run of the smallest size, at most: a mebibyte, which costs no more than to ask for it. */
    private static final long SMALLEST = 1 << 15;

    private static final int NAME_DIGITS = 20;

    public KeyMerge {
        runs = Collections.unmodifiableList(new ArrayList<>(runs));
        segments = Collections.unmodifiableList(new ArrayList<>(segments));
    }

    /** Writes the parts of the new run, wherever that is done; returns them in order. */
    @FunctionalInterface
    public interface Writing {
        List<ObjectRef> parts(KeyMerge merge) throws IOException;
    }

    /** The runs that a snapshot of these segments lists after all merges that are due. */
    static List<KeyRun> all(List<KeyRun> runs, List<String> segments, Writing writing) throws IOException {
        List<KeyRun> after = new ArrayList<>(runs);
        for (KeyMerge merge : due(runs, segments)) {
            after.removeAll(merge.runs);
            if (!merge.segments.isEmpty()) {
                after.add(new KeyRun(merge.segments, writing.parts(merge)));
            }
        }
        return after;
    }

    /** What is due; every run is in at most one merge. */
    static List<KeyMerge> due(List<KeyRun> runs, List<String> segments) {
        List<KeyMerge> due = new ArrayList<>();
        var bySize = new TreeMap<Integer, List<List<KeyRun>>>();
        for (KeyRun run : runs) {
            KeyMerge alone = of(List.of(run), segments);
            if (alone.segments.isEmpty()) {
                due.add(alone);
            } else {
                add(bySize, List.of(run));
            }
        }
        while (!bySize.isEmpty()) {
            Map.Entry<Integer, List<List<KeyRun>>> equal = bySize.pollFirstEntry();
            List<List<KeyRun>> merged = equal.getValue().size() < MOST
                    ? equal.getValue()
                    : List.of(equal.getValue().stream().flatMap(List::stream).toList());
            for (List<KeyRun> several : merged) {
                if (size(several) > equal.getKey()) {
                    add(bySize, several);
                } else if (several.size() > 1) {
                    due.add(of(several, segments));
                }
            }
        }
        return due;
    }

    private static void add(Map<Integer, List<List<KeyRun>>> bySize, List<KeyRun> several) {
        bySize.computeIfAbsent(size(several), size -> new ArrayList<>()).add(several);
    }

    private static int size(List<KeyRun> runs) {
        int size = 0;
        for (long keys = keys(runs); keys > SMALLEST; keys /= MOST) {
            size++;
        }
        return size;
    }

    private static long keys(List<KeyRun> runs) {
        return runs.stream().mapToLong(KeyRunFile::keys).sum();
    }

    private static KeyMerge of(List<KeyRun> runs, List<String> segments) {
        Set<String> sorted = new HashSet<>();
        runs.forEach(run -> sorted.addAll(run.segments()));
        int most = runs.stream().mapToInt(run -> run.parts().size()).max().orElse(1);
        return new KeyMerge(
                runs,
                segments.stream().filter(sorted::contains).toList(),
                Math.max(most, DuplicateSearch.parts(keys(runs))));
    }

    /** Writes one part of the new run, by reading that of each run once; safe to repeat and to run twice at once. */
    public ObjectRef write(Storage storage, String dataset, int part) throws IOException {
        String names = Hashes.sha256("merged " + segments + " " + parts).substring(0, NAME_DIGITS);
        try (MergedKeys keys = MergedKeys.open(
                storage, dataset, runs, new MergedKeys.KeyRange(part, parts), MergedKeys.Segments.named(segments))) {
            return KeyRunFile.write(storage, dataset, names + "-" + part, part, parts, keys::next);
        }
    }
}
