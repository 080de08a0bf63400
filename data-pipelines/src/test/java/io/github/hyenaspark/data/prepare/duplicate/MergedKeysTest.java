package io.github.hyenaspark.data.prepare.duplicate;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.hyenaspark.data.shard.snapshot.KeyRun;
import io.github.hyenaspark.io.Storage;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.IntStream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class MergedKeysTest {
    private static final int SEGMENTS = 9;
    private static final int UNITS = 3;
    private static final int DOCUMENTS = 40;
    private static final int KEYS = 500;

    @TempDir
    Path directory;

    private final Storage storage = Storage.local();

    /** Runs of up to three segments each; one of them may have left the snapshot. */
    private List<KeyRun> runs(Random random, List<long[]> all) throws IOException {
        List<KeyRun> runs = new ArrayList<>();
        for (int segment = 0; segment < SEGMENTS; ) {
            List<String> names = new ArrayList<>();
            List<long[]> candidates = new ArrayList<>();
            for (int end = Math.min(SEGMENTS, segment + 1 + random.nextInt(3)); segment < end; segment++) {
                for (int unit = 0; unit < UNITS; unit++) {
                    for (int document = 0; document < DOCUMENTS; document++) {
                        long key = (Long.MAX_VALUE / KEYS) * random.nextInt(KEYS);
                        long rest = random.nextInt(2);
                        candidates.add(new long[] {key, rest, 0, names.size(), unit, document, 7});
                        all.add(new long[] {key, rest, 0, segment, unit, document, 7});
                    }
                }
                names.add("s" + segment);
            }
            candidates.sort(DuplicateRule::compare);
            var sorted = candidates.iterator();
            runs.add(new KeyRun(
                    names,
                    List.of(KeyRunFile.write(
                            storage,
                            directory.toString(),
                            "run-" + runs.size(),
                            0,
                            1,
                            () -> sorted.hasNext() ? sorted.next() : new long[0]))));
        }
        all.sort(DuplicateRule::compare);
        return runs;
    }

    private List<long[]> merged(List<KeyRun> runs, MergedKeys.Segments segments, int ranges) throws IOException {
        List<long[]> merged = new ArrayList<>();
        for (int range = 0; range < ranges; range++) {
            try (MergedKeys keys = MergedKeys.open(
                    storage, directory.toString(), runs, new MergedKeys.KeyRange(range, ranges), segments)) {
                for (long[] next = keys.next(); next.length > 0; next = keys.next()) {
                    merged.add(next);
                }
            }
        }
        return merged;
    }

    /** By key, the last candidate of some segments. */
    private static Map<List<Long>, long[]> lasts(List<long[]> candidates, Set<Integer> segments) {
        Map<List<Long>, long[]> lasts = new HashMap<>();
        candidates.stream()
                .filter(one -> segments.contains(DuplicateRule.segment(one)))
                .forEach(one -> lasts.put(key(one), one));
        return lasts;
    }

    private static List<Long> key(long[] candidate) {
        return List.of(candidate[0], candidate[1], candidate[2]);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 4, 5, 6, 7, 8})
    void whatIsSoughtIsGivenWithAllOfTheSameKeyBeforeIt(int seed) throws IOException {
        var random = new Random(seed);
        List<long[]> all = new ArrayList<>();
        List<KeyRun> runs = runs(random, all);
        int left = random.nextInt(SEGMENTS);
        Map<String, Integer> indexes = new HashMap<>();
        IntStream.range(0, SEGMENTS).filter(segment -> segment != left).forEach(s -> indexes.put("s" + s, s));
        var gone = new BitSet();
        gone.set(random.nextInt(UNITS));
        int cut = (left + 1) % SEGMENTS;
        all.removeIf(one -> DuplicateRule.segment(one) == left
                || (DuplicateRule.segment(one) == cut && gone.get(DuplicateRule.unit(one))));

        for (int count = 0; count <= SEGMENTS; count += 3) {
            Set<Integer> sought = new HashSet<>();
            random.ints(count, 0, SEGMENTS).forEach(sought::add);
            var segments = new MergedKeys.Segments(indexes, Map.of(cut, gone), sought);
            Map<List<Long>, long[]> lasts = lasts(all, sought);
            Predicate<long[]> precedesSought = one -> {
                long[] last = lasts.get(key(one));
                return last != null && DuplicateRule.compare(one, last) <= 0;
            };
            List<long[]> merged = merged(runs, segments, 1 << random.nextInt(4));

            assertThat(merged).isSortedAccordingTo(DuplicateRule::compare);
            assertThat(merged.stream().filter(precedesSought))
                    .usingElementComparator(DuplicateRule::compare)
                    .containsExactlyElementsOf(
                            all.stream().filter(precedesSought).toList());
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2})
    void allKeysAreGivenIfAllSegmentsAreSought(int seed) throws IOException {
        List<long[]> all = new ArrayList<>();
        List<KeyRun> runs = runs(new Random(seed), all);
        List<String> names =
                IntStream.range(0, SEGMENTS).mapToObj(segment -> "s" + segment).toList();
        assertThat(merged(runs, MergedKeys.Segments.named(names), 4))
                .usingElementComparator(DuplicateRule::compare)
                .containsExactlyElementsOf(all);
    }
}
