package io.github.hyenaspark.data.prepare.unit;

import io.github.hyenaspark.data.document.clean.CleanConfig;
import io.github.hyenaspark.data.document.clean.MinHash;
import io.github.hyenaspark.data.shard.ObjectRef;
import io.github.hyenaspark.data.shard.Split;
import io.github.hyenaspark.data.shard.snapshot.DuplicateList;
import io.github.hyenaspark.data.shard.table.DocumentRow;
import io.github.hyenaspark.data.shard.table.DocumentTable;
import io.github.hyenaspark.io.Storage;
import io.github.hyenaspark.io.TestPoint;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Spliterators;
import java.util.TreeMap;
import java.util.function.Consumer;

/**
 * Which documents of a dataset are redundant: a document is a duplicate if an earlier one, in the order of units and of
 * documents in them, has the same text (exact), or the same values in one band of its MinHash signature (near). An
 * earlier document decides even if it is a duplicate itself, so dropped documents stay dropped as others join, and no
 * clustering is needed.
 *
 * <p>The work is a sort: every document gives a candidate for its text and one for each band; of the candidates with
 * one key, sorted by place, all but the first are duplicates. A candidate is five numbers: kind (0: text, 1 + k: band
 * k), the key's 128 bits, the unit's index in the snapshot, and split and number of the document.
 */
public final class DuplicateRule {
    private static final int KIND = 0;
    private static final int UNIT = 3;
    private static final int PLACE = 4;
    private static final int KEY_END = 3;
    private static final int HALF_DIGITS = 16;
    private static final int HEXADECIMAL = 16;

    private DuplicateRule() {}

    /** The partition of a candidate: the same for all with one key. */
    public static int partition(long[] candidate, int partitions) {
        return Math.floorMod(Arrays.hashCode(Arrays.copyOf(candidate, KEY_END)), partitions);
    }

    public static int unit(long[] candidate) {
        return Math.toIntExact(candidate[UNIT]);
    }

    public static int kinds(CleanConfig.Duplicates wanted) {
        return switch (wanted) {
            case KEEP -> 0;
            case EXACT -> 1;
            case NEAR -> 1 + MinHash.BANDS;
        };
    }

    /** The candidates of one kind of all documents of a unit, whose index in the snapshot is {@code index}. */
    public static List<long[]> candidates(Storage storage, String dataset, ObjectRef table, int index, int kind)
            throws IOException {
        List<long[]> candidates = new ArrayList<>();
        DocumentTable.readKeys(storage, dataset, table, key -> {
            long place = code(key.split()) << Integer.SIZE | key.document();
            if (kind == 0) {
                candidates.add(new long[] {kind, half(key, 0), half(key, HALF_DIGITS), index, place});
            } else if (key.signature().length > 0) {
                candidates.add(new long[] {kind, MinHash.bands(key.signature())[kind - 1], 0, index, place});
            }
        });
        return candidates;
    }

    private static long code(Split split) {
        return split == Split.TRAIN ? 0 : 1;
    }

    private static long half(DocumentRow.Key key, int from) {
        return Long.parseUnsignedLong(key.contentHash(), from, from + HALF_DIGITS, HEXADECIMAL);
    }

    /** The duplicates among candidates sorted by {@link Arrays#compare(long[], long[])}. */
    public static Iterator<long[]> duplicates(Iterator<long[]> sorted) {
        return Spliterators.iterator(new Spliterators.AbstractSpliterator<long[]>(Long.MAX_VALUE, 0) {
            private long[] before = new long[0];

            @Override
            public boolean tryAdvance(Consumer<? super long[]> action) {
                boolean found = false;
                while (!found && sorted.hasNext()) {
                    long[] candidate = sorted.next();
                    found = before.length > 0 && Arrays.equals(candidate, 0, KEY_END, before, 0, KEY_END);
                    before = candidate;
                }
                if (found) {
                    action.accept(before);
                }
                return found;
            }
        });
    }

    /** Writes the duplicates of one unit, if any: {@code found} among its candidates, unordered, perhaps repeated. */
    public static Optional<UnitDuplicates> list(Storage storage, String dataset, String unit, Iterable<long[]> found)
            throws IOException {
        Map<Long, Boolean> exactByPlace = new TreeMap<>();
        for (long[] candidate : found) {
            exactByPlace.merge(candidate[PLACE], candidate[KIND] == 0, Boolean::logicalOr);
        }
        Map<Split, int[]> exact = new EnumMap<>(Split.class);
        Map<Split, int[]> near = new EnumMap<>(Split.class);
        for (Split split : Split.values()) {
            exact.put(split, numbers(exactByPlace, split, true));
            near.put(split, numbers(exactByPlace, split, false));
        }
        var list = new DuplicateList(unit, exact, near);
        if (list.isEmpty()) {
            return Optional.empty();
        }
        TestPoint.reached("before listing the duplicates of unit {}", unit);
        var written = new UnitDuplicates(unit, list.write(storage, dataset), list.exactCount(), list.nearCount());
        TestPoint.reached("unit {} has its duplicates", unit);
        return Optional.of(written);
    }

    private static int[] numbers(Map<Long, Boolean> exactByPlace, Split split, boolean exact) {
        return exactByPlace.entrySet().stream()
                .filter(entry -> entry.getValue() == exact && entry.getKey() >>> Integer.SIZE == code(split))
                .mapToInt(entry -> entry.getKey().intValue())
                .toArray();
    }

    /** A unit's duplicates: where they are listed, and how many equal or nearly equal an earlier document. */
    public record UnitDuplicates(String unit, ObjectRef list, long exact, long near) {}
}
