package io.github.hyenaspark.data.prepare.unit;

import io.github.hyenaspark.data.shard.Split;
import java.util.EnumMap;
import java.util.Map;
import java.util.TreeMap;

/** Counts what becomes of a unit's documents; {@link UnitTally} is its result. */
final class TallyCounter {
    /** Reasons told apart; those that come later are counted together. */
    private static final int MOST_REASONS = 40;

    private static final String OTHER = "other reasons";

    private final Map<String, Long> filtered = new TreeMap<>();
    private final Map<String, Long> bad = new TreeMap<>();
    private final Map<String, SourceTally> sources = new TreeMap<>();
    private final Map<Split, LengthHistogram> lengths = new EnumMap<>(Split.class);
    private long sourceBytes;
    private long specialTokens;

    void document(String path, Split split, long textBytes, long tokens) {
        int slash = path.indexOf('/');
        String source = slash < 0 ? "." : path.substring(0, slash);
        sources.merge(source, new SourceTally(1, textBytes, tokens), SourceTally::plus);
        LengthHistogram histogram = lengths.get(split);
        lengths.put(split, histogram == null ? LengthHistogram.of(tokens) : histogram.with(tokens));
    }

    void specialTokens(long count) {
        specialTokens += count;
    }

    void sourceBytes(long count) {
        sourceBytes += count;
    }

    void filtered(String reason) {
        count(filtered, reason);
    }

    void bad(String reason) {
        count(bad, reason);
    }

    private static void count(Map<String, Long> counts, String reason) {
        boolean told = counts.containsKey(reason) || counts.size() < MOST_REASONS;
        counts.merge(told ? reason : OTHER, 1L, Long::sum);
    }

    UnitTally result() {
        return new UnitTally(sourceBytes, specialTokens, filtered, bad, sources, lengths);
    }
}
