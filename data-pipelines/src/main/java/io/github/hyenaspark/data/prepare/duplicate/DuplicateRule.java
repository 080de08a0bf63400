package io.github.hyenaspark.data.prepare.duplicate;

import io.github.hyenaspark.data.document.clean.CleanConfig;
import io.github.hyenaspark.data.document.clean.MinHash;
import io.github.hyenaspark.data.shard.ObjectRef;
import io.github.hyenaspark.data.shard.Split;
import io.github.hyenaspark.data.shard.snapshot.DuplicateList;
import io.github.hyenaspark.data.shard.table.DocumentRow;
import io.github.hyenaspark.data.shard.table.DocumentTable;
import io.github.hyenaspark.io.SplitMix64;
import io.github.hyenaspark.io.Storage;
import java.io.Closeable;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.EnumMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Which documents of a dataset are redundant: a document is a duplicate if an earlier one, in the order of segments,
 * units and documents, has the same text (exact), or the same values in one band of its MinHash signature (near). An
 * earlier document decides even if it is a duplicate itself, so dropped documents stay dropped as others join, and no
 * clustering is needed.
 *
 * <p>The work is a merge of sorted numbers: every document gives a candidate for its text and one for each band; of the
 * candidates with one key, sorted by place, all but the first are duplicates. Those of a segment are sorted once and
 * kept ({@link KeyRunFile}). A candidate is seven numbers: the key's 127 bits, kind (0: text, 1 + k: band k), the
 * segment's and the unit's index, split and number of the document, and its tokens.
 */
public final class DuplicateRule {
    /** Numbers of a candidate. */
    static final int LENGTH = 7;

    static final int KEY = 0;
    static final int KIND = 2;
    static final int SEGMENT = 3;
    static final int UNIT = 4;
    static final int PLACE = 5;
    static final int TOKENS = 6;

    /**
     * Bits of the first number, which is not negative, so that candidates sorted by it are sorted by its first bits.
     */
    static final int KEY_BITS = Long.SIZE - 1;

    private static final int KEY_END = 3;
    private static final int HALF_DIGITS = 16;
    private static final int HEXADECIMAL = 16;

    private DuplicateRule() {}

    public static int kinds(CleanConfig.Duplicates wanted) {
        return switch (wanted) {
            case KEEP -> 0;
            case EXACT -> 1;
            case NEAR -> 1 + MinHash.BANDS;
        };
    }

    /** The order of candidates: by key, then by place. */
    public static int compare(long[] one, long[] other) {
        return Arrays.compare(one, other);
    }

    /** The order of their units. */
    public static int compareUnits(long[] one, long[] other) {
        return Arrays.compare(one, SEGMENT, UNIT + 1, other, SEGMENT, UNIT + 1);
    }

    /** Of {@code parts}, a power of two, the one that a candidate's key lies in. */
    public static int part(long[] candidate, int parts) {
        return (int) (candidate[KEY] >>> (KEY_BITS - Integer.numberOfTrailingZeros(parts)));
    }

    public static int segment(long[] candidate) {
        return Math.toIntExact(candidate[SEGMENT]);
    }

    public static int unit(long[] candidate) {
        return Math.toIntExact(candidate[UNIT]);
    }

    /** The candidates of so many kinds, at least 1, of one document. */
    private static List<long[]> candidates(DocumentRow.Key key, int segment, int unit, int kinds) {
        long place = (code(key.split()) << Integer.SIZE) | key.document();
        List<long[]> candidates = new ArrayList<>(kinds);
        candidates.add(new long[] {half(key, 0) >>> 1, half(key, HALF_DIGITS), 0, segment, unit, place, key.tokens()});
        long[] bands = kinds > 1 && key.signature().length > 0 ? MinHash.bands(key.signature()) : new long[0];
        for (int band = 0; band < bands.length; band++) {
            long spread = SplitMix64.mix(bands[band] + band) >>> 1;
            candidates.add(new long[] {spread, bands[band], 1 + band, segment, unit, place, key.tokens()});
        }
        return candidates;
    }

    /**
     * The candidates of all documents of a unit, in no order, read from its table as they are asked for: a unit may
     * have millions. A fault of the table is an UncheckedIOException. Closed at the end, or by the caller before.
     */
    public static final class Candidates implements Iterator<long[]>, Closeable {
        private final DocumentTable.Keys keys;
        private final int segment;
        private final int unit;
        private final int kinds;
        private Iterator<long[]> ofDocument = Collections.emptyIterator();
        private boolean closed;

        /** Of so many kinds, at least 1. */
        Candidates(Storage storage, String dataset, ObjectRef table, int segment, int unit, int kinds)
                throws IOException {
            this.keys = DocumentTable.keys(storage, dataset, table);
            this.segment = segment;
            this.unit = unit;
            this.kinds = kinds;
        }

        @Override
        public boolean hasNext() {
            if (closed || ofDocument.hasNext()) {
                return ofDocument.hasNext();
            }
            try {
                Optional<DocumentRow.Key> key = keys.next();
                if (key.isEmpty()) {
                    close();
                } else {
                    ofDocument = candidates(key.get(), segment, unit, kinds).iterator();
                }
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
            return ofDocument.hasNext();
        }

        @Override
        public long[] next() {
            if (!hasNext()) {
                throw new NoSuchElementException("all candidates of the unit have been taken");
            }
            return ofDocument.next();
        }

        @Override
        public void close() throws IOException {
            if (!closed) {
                closed = true;
                ofDocument = Collections.emptyIterator();
                keys.close();
            }
        }
    }

    private static long code(Split split) {
        return split == Split.TRAIN ? 0 : 1;
    }

    private static long half(DocumentRow.Key key, int from) {
        return Long.parseUnsignedLong(key.contentHash(), from, from + HALF_DIGITS, HEXADECIMAL);
    }

    static boolean sameKey(long[] one, long[] other) {
        return Arrays.equals(one, 0, KEY_END, other, 0, KEY_END);
    }

    /** The duplicates of one unit: {@code found} among its candidates, unordered, perhaps repeated. */
    public static DuplicateList list(String unit, Iterable<long[]> found) {
        Map<Long, Boolean> exactByPlace = new TreeMap<>();
        Map<Long, Long> tokens = new TreeMap<>();
        for (long[] candidate : found) {
            exactByPlace.merge(candidate[PLACE], candidate[KIND] == 0, Boolean::logicalOr);
            if (candidate[PLACE] >>> Integer.SIZE == code(Split.TRAIN)) {
                tokens.put(candidate[PLACE], candidate[TOKENS]);
            }
        }
        Map<Split, int[]> exact = new EnumMap<>(Split.class);
        Map<Split, int[]> near = new EnumMap<>(Split.class);
        for (Split split : Split.values()) {
            exact.put(split, numbers(exactByPlace, split, true));
            near.put(split, numbers(exactByPlace, split, false));
        }
        long all = tokens.values().stream().mapToLong(Long::longValue).sum();
        return new DuplicateList(unit, exact, near, all);
    }

    private static int[] numbers(Map<Long, Boolean> exactByPlace, Split split, boolean exact) {
        return exactByPlace.entrySet().stream()
                .filter(entry -> entry.getValue() == exact && entry.getKey() >>> Integer.SIZE == code(split))
                .mapToInt(entry -> entry.getKey().intValue())
                .toArray();
    }
}
