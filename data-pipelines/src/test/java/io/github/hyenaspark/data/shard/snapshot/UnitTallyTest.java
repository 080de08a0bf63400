package io.github.hyenaspark.data.shard.snapshot;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.hyenaspark.io.Hashes;
import io.github.hyenaspark.io.Storage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class UnitTallyTest {
    private static final int SOURCES = 3000;

    /**
     * A document of each of these sources, with bytes and tokens of its own, and one refused for each of two reasons.
     */
    private static UnitTally tally(List<Integer> sources) {
        Map<String, Long> filtered = new HashMap<>();
        Map<String, Long> bad = new HashMap<>();
        Map<String, UnitTally.SourceTally> tallies = new HashMap<>();
        for (int source : sources) {
            filtered.put("filtered as " + source, 1L);
            bad.put("bad as " + source, 1L);
            tallies.put(Integer.toString(source), new UnitTally.SourceTally(1, 1 + source, 1 + source / 2));
        }
        return new UnitTally(0, 0, filtered, bad, tallies, Map.of());
    }

    private static List<Integer> numbers(int count) {
        return IntStream.range(0, count).boxed().toList();
    }

    @Test
    void sumsOfCutTalliesDependNeitherOnPartsNorOnTheirOrder() {
        UnitTally expected = tally(numbers(SOURCES)).cut();
        assertThat(expected.sources()).hasSize(UnitTally.MOST_NAMES + 1).containsKey("other sources");
        assertThat(expected.filtered()).hasSize(UnitTally.MOST_NAMES + 1);
        assertThat(expected.bad()).hasSize(UnitTally.MOST_NAMES + 1);
        assertThat(expected.filteredCount()).isEqualTo(SOURCES);
        assertThat(expected.badCount()).isEqualTo(SOURCES);
        List<Integer> shuffled = new ArrayList<>(numbers(SOURCES));
        Collections.shuffle(shuffled, new Random(1));
        UnitTally sum = UnitTally.NONE;
        for (List<Integer> part : List.of(shuffled.subList(0, 1200), shuffled.subList(1200, SOURCES))) {
            sum = sum.plus(tally(part).cut()).cut();
        }
        assertThat(sum.toJson()).isEqualTo(expected.toJson());
    }

    @Test
    void aTallyOfFewSourcesIsNotCut() {
        UnitTally few = tally(numbers(UnitTally.MOST_NAMES));
        assertThat(few.cut().toJson()).isEqualTo(few.toJson());
    }

    /** Named otherwise than by versions that told all sources, since it has another content. */
    @Test
    void aSegmentOfManySourcesTellsTheFirstOnes(@TempDir Path dataset) throws IOException {
        Segment.Entry few = write(dataset, UnitTally.MOST_NAMES);
        Segment.Entry many = write(dataset, UnitTally.MOST_NAMES + 2);
        assertThat(few.id()).isEqualTo(usualId(dataset, few));
        assertThat(many.id()).isNotEqualTo(usualId(dataset, many));
        UnitTally read = Segment.read(Storage.local(), dataset.toString(), many).tally();
        assertThat(read.sources()).hasSize(UnitTally.MOST_NAMES + 1);
        assertThat(read.sources().values().stream()
                        .mapToLong(UnitTally.SourceTally::documents)
                        .sum())
                .isEqualTo(UnitTally.MOST_NAMES + 2);
    }

    private static String usualId(Path dataset, Segment.Entry entry) throws IOException {
        byte[] lines = Files.readAllBytes(dataset.resolve("segments/" + entry.id() + "-units.jsonl"));
        return Hashes.sha256(lines).substring(0, entry.id().length());
    }

    private static Segment.Entry write(Path dataset, int sources) throws IOException {
        var unit = new UnitEntry("unit", "digest", UnitEntry.Counts.NONE, List.of(), List.of());
        var line = new Segment.Line(unit, tally(numbers(sources)));
        return Segment.write(Storage.local(), dataset.toString(), List.of(line), (file, split) -> {
            throw new IllegalStateException("a unit without shards has no index");
        });
    }
}
