package io.github.hyenaspark.data.prepare.duplicate;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.hyenaspark.data.shard.ObjectRef;
import io.github.hyenaspark.data.shard.snapshot.KeyRun;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Which runs are merged, by their sizes alone. */
class KeyMergeTest {
    private static final long KEYS = 1 << 20;

    private long written;

    private static KeyRun run(String segment, long keys) {
        return new KeyRun(List.of(segment), List.of(part("of-" + segment, keys)));
    }

    private static ObjectRef part(String name, long keys) {
        return new ObjectRef("keys/" + name + ".run", KeyRunFile.TABLE + keys * KeyRunFile.RECORD, "");
    }

    private static List<KeyRun> runs(int count, long keys) {
        return IntStream.range(0, count).mapToObj(i -> run("s" + i, keys)).toList();
    }

    private static List<String> segments(int count) {
        return IntStream.range(0, count).mapToObj(i -> "s" + i).toList();
    }

    /** What a merge would write, in parts of equal size. */
    private List<ObjectRef> parts(KeyMerge merge) {
        long keys = merge.runs().stream().mapToLong(KeyRunFile::keys).sum();
        written += keys;
        return IntStream.range(0, merge.parts())
                .mapToObj(part -> part(
                        merge.segments().get(0) + "-" + merge.segments().size() + "-" + part, keys / merge.parts()))
                .toList();
    }

    @Test
    void eightRunsOfOneSizeBecomeOne() throws IOException {
        assertThat(KeyMerge.due(runs(7, KEYS), segments(7))).isEmpty();
        List<KeyMerge> due = KeyMerge.due(runs(8, KEYS), segments(8));
        assertThat(due).hasSize(1);
        assertThat(due.get(0).runs()).hasSize(8);
        assertThat(due.get(0).segments()).isEqualTo(segments(8));
        assertThat(KeyMerge.all(runs(8, KEYS), segments(8), this::parts))
                .singleElement()
                .satisfies(run -> assertThat(KeyRunFile.keys(run)).isEqualTo(8 * KEYS));
    }

    @Test
    void aLargeRunIsNotWrittenAgainForSmallOnes() {
        List<KeyRun> runs = new ArrayList<>(List.of(run("large", 1000 * KEYS)));
        runs.addAll(runs(8, KEYS));
        List<String> segments = new ArrayList<>(List.of("large"));
        segments.addAll(segments(8));
        assertThat(KeyMerge.due(runs, segments))
                .singleElement()
                .satisfies(merge -> assertThat(merge.runs()).hasSize(8).doesNotContain(runs.get(0)));
    }

    @Test
    void aMergeThatMakesAnotherDueIsOneWithIt() {
        List<KeyRun> runs = new ArrayList<>(runs(8, KEYS));
        List<String> segments = new ArrayList<>(segments(8));
        for (int i = 0; i < 7; i++) {
            runs.add(run("larger" + i, 8 * KEYS));
            segments.add("larger" + i);
        }
        assertThat(KeyMerge.due(runs, segments))
                .singleElement()
                .satisfies(merge -> assertThat(merge.runs()).hasSize(15).containsExactlyInAnyOrderElementsOf(runs));
    }

    @Test
    void aRunWhoseSegmentsHaveLeftIsDropped() throws IOException {
        List<KeyRun> runs = runs(3, KEYS);
        assertThat(KeyMerge.all(runs, List.of("s0", "s2"), this::parts)).containsExactly(runs.get(0), runs.get(2));
        assertThat(written).isZero();
    }

    /** A thousand equal nights after a first one of a thousand times as much. */
    @Test
    void runsStayFewAndAKeyIsWrittenFewTimes() throws IOException {
        List<String> segments = new ArrayList<>(List.of("first"));
        List<KeyRun> runs = List.of(run("first", 1000 * KEYS));
        for (int night = 0; night < 1000; night++) {
            segments.add("night-" + night);
            List<KeyRun> more = new ArrayList<>(runs);
            more.add(run("night-" + night, KEYS));
            runs = KeyMerge.all(more, segments, this::parts);
            assertThat(runs).as("night %d", night).hasSizeLessThanOrEqualTo(1 + 7 * 4);
        }
        long keys = runs.stream().mapToLong(KeyRunFile::keys).sum();
        assertThat(keys).isEqualTo(2000 * KEYS);
        assertThat(runs.stream().flatMap(run -> run.segments().stream()).sorted())
                .containsExactlyElementsOf(segments.stream().sorted().toList());
        assertThat(written).as("keys written again").isLessThanOrEqualTo(4 * 1000 * KEYS);
    }
}
