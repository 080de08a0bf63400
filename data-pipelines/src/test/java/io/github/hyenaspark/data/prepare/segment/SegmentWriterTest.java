package io.github.hyenaspark.data.prepare.segment;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.hyenaspark.data.shard.snapshot.Segment;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Which units are one segment; each unit here is the number of its slices. */
class SegmentWriterTest {
    private static final int MOST = SegmentWriter.MOST_SLICES;

    private static List<Integer> sizes(List<Integer> units) {
        List<List<Integer>> parts = SegmentWriter.parts(units, slices -> slices);
        assertThat(parts.stream().flatMap(List::stream).toList()).isEqualTo(units);
        return parts.stream().map(List::size).toList();
    }

    @Test
    void aSegmentHasAtMostSoManyUnits() {
        assertThat(sizes(List.of())).isEmpty();
        assertThat(sizes(Collections.nCopies(Segment.MOST_UNITS, 1))).containsExactly(Segment.MOST_UNITS);
        assertThat(sizes(Collections.nCopies(2 * Segment.MOST_UNITS + 1, 1)))
                .containsExactly(Segment.MOST_UNITS, Segment.MOST_UNITS, 1);
    }

    /** Four million files of 30 kB in units of 64 MiB. */
    @Test
    void aSegmentOfManySmallFilesHasFewerUnits() {
        assertThat(sizes(Collections.nCopies(1_900, 2_236))).hasSize(22).startsWith(89, 89);
        assertThat(sizes(List.of(MOST / 2, MOST / 2, 1))).containsExactly(2, 1);
        assertThat(sizes(List.of(1, 3 * MOST, 1))).containsExactly(1, 1, 1);
    }
}
