package io.github.hyenaspark.data.shard.snapshot;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.hyenaspark.data.shard.Split;
import io.github.hyenaspark.io.CorruptFileException;
import io.github.hyenaspark.io.Json;
import java.util.Arrays;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.BinaryOperator;

/**
 * Counts of prepared documents, of one unit or of many together; special tokens' spellings are encoded as ordinary
 * text, sources are the first folders of paths, {@code .} for none.
 */
public record UnitTally(
        long sourceBytes,
        long specialTokens,
        Map<String, Long> filtered,
        Map<String, Long> bad,
        Map<String, SourceTally> sources,
        Map<Split, LengthHistogram> lengths) {
    public static final UnitTally NONE = new UnitTally(0, 0, Map.of(), Map.of(), Map.of(), Map.of());

    /** Sources, or reasons, that a {@link #cut} tally tells apart. */
    public static final int MOST_NAMES = 1000;

    private static final String OTHER_SOURCES = "other sources";
    private static final String OTHER_REASONS = "other reasons";

    public UnitTally {
        filtered = Collections.unmodifiableMap(new TreeMap<>(filtered));
        bad = Collections.unmodifiableMap(new TreeMap<>(bad));
        sources = Collections.unmodifiableMap(new TreeMap<>(sources));
        lengths = Collections.unmodifiableMap(new TreeMap<>(lengths));
    }

    public long filteredCount() {
        return filtered.values().stream().mapToLong(Long::longValue).sum();
    }

    public long badCount() {
        return bad.values().stream().mapToLong(Long::longValue).sum();
    }

    public UnitTally plus(UnitTally other) {
        return new UnitTally(
                sourceBytes + other.sourceBytes,
                specialTokens + other.specialTokens,
                merged(filtered, other.filtered, Long::sum),
                merged(bad, other.bad, Long::sum),
                merged(sources, other.sources, SourceTally::plus),
                merged(lengths, other.lengths, LengthHistogram::plus));
    }

    private static <K extends Comparable<K>, V> Map<K, V> merged(Map<K, V> a, Map<K, V> b, BinaryOperator<V> plus) {
        Map<K, V> merged = new TreeMap<>(a);
        b.forEach((key, value) -> merged.merge(key, value, plus));
        return merged;
    }

    /**
     * The same with the sources, and the reasons of either kind, whose names come after those of {@link #MOST_NAMES}
     * others added up under one name. The first names of all are among the first of every part that has them, so the
     * counts of those that are told apart are exact, and sums of cut tallies, cut again, depend neither on the parts
     * nor on their order.
     */
    public UnitTally cut() {
        return new UnitTally(
                sourceBytes,
                specialTokens,
                cut(filtered, OTHER_REASONS, Long::sum),
                cut(bad, OTHER_REASONS, Long::sum),
                cut(sources, OTHER_SOURCES, SourceTally::plus),
                lengths);
    }

    private static <V> Map<String, V> cut(Map<String, V> named, String other, BinaryOperator<V> plus) {
        Map<String, V> cut = new TreeMap<>();
        int told = 0;
        for (Map.Entry<String, V> entry : named.entrySet()) {
            boolean others = entry.getKey().equals(other) || told == MOST_NAMES;
            cut.merge(others ? other : entry.getKey(), entry.getValue(), plus);
            told += others ? 0 : 1;
        }
        return cut;
    }

    public ObjectNode toJson() {
        ObjectNode json = Json.object().put("source_bytes", sourceBytes).put("special_tokens", specialTokens);
        filtered.forEach(json.putObject("filtered")::put);
        bad.forEach(json.putObject("bad")::put);
        ObjectNode sourcesJson = json.putObject("sources");
        sources.forEach((source, tally) -> sourcesJson.set(source, tally.toJson()));
        ObjectNode lengthsJson = json.putObject("lengths");
        lengths.forEach((split, histogram) -> lengthsJson.set(split.folder(), histogram.toJson()));
        return json;
    }

    public static UnitTally fromJson(JsonNode json, String where) throws CorruptFileException {
        ObjectNode sourcesJson = Json.object(json, where, "sources");
        Map<String, SourceTally> sources = new TreeMap<>();
        for (String name : (Iterable<String>) sourcesJson::fieldNames) {
            sources.put(name, SourceTally.fromJson(Json.object(sourcesJson, where, name), where));
        }
        ObjectNode lengthsJson = Json.object(json, where, "lengths");
        Map<Split, LengthHistogram> lengths = new TreeMap<>();
        for (Split split : Split.values()) {
            if (lengthsJson.has(split.folder())) {
                lengths.put(split, LengthHistogram.fromJson(lengthsJson, where, split.folder()));
            }
        }
        return new UnitTally(
                Json.wholeNumber(json, where, "source_bytes"),
                Json.wholeNumber(json, where, "special_tokens"),
                counts(Json.object(json, where, "filtered"), where),
                counts(Json.object(json, where, "bad"), where),
                sources,
                lengths);
    }

    private static Map<String, Long> counts(ObjectNode json, String where) throws CorruptFileException {
        Map<String, Long> counts = new TreeMap<>();
        for (String reason : (Iterable<String>) json::fieldNames) {
            counts.put(reason, Json.wholeNumber(json, where, reason));
        }
        return counts;
    }

    /** Document lengths: place k counts those of 2^k to 2^(k+1)-1 tokens, up to the longest; not copied. */
    public record LengthHistogram(long[] counts) {
        /** One document of {@code tokens}, at least 1. */
        static LengthHistogram of(long tokens) {
            long[] counts = new long[Long.SIZE - Long.numberOfLeadingZeros(tokens)];
            counts[counts.length - 1] = 1;
            return new LengthHistogram(counts);
        }

        LengthHistogram plus(LengthHistogram other) {
            long[] sum = Arrays.copyOf(counts, Math.max(counts.length, other.counts.length));
            for (int place = 0; place < other.counts.length; place++) {
                sum[place] += other.counts[place];
            }
            return new LengthHistogram(sum);
        }

        ArrayNode toJson() {
            ArrayNode json = Json.array();
            Arrays.stream(counts).forEach(json::add);
            return json;
        }

        static LengthHistogram fromJson(JsonNode parent, String where, String key) throws CorruptFileException {
            List<JsonNode> elements = Json.elements(parent, where, key);
            return new LengthHistogram(
                    elements.stream().mapToLong(JsonNode::longValue).toArray());
        }
    }

    /** What came from one source: documents in shards, the bytes of their texts, their tokens including the ends. */
    public record SourceTally(long documents, long bytes, long tokens) {
        public SourceTally plus(SourceTally other) {
            return new SourceTally(documents + other.documents, bytes + other.bytes, tokens + other.tokens);
        }

        ObjectNode toJson() {
            return Json.object().put("documents", documents).put("bytes", bytes).put("tokens", tokens);
        }

        static SourceTally fromJson(JsonNode json, String where) throws CorruptFileException {
            return new SourceTally(
                    Json.wholeNumber(json, where, "documents"),
                    Json.wholeNumber(json, where, "bytes"),
                    Json.wholeNumber(json, where, "tokens"));
        }
    }

    public static final class Counter {
        /** Distinct reasons; later ones are counted together. */
        private static final int MOST_REASONS = 40;

        private final Map<String, Long> filtered = new TreeMap<>();
        private final Map<String, Long> bad = new TreeMap<>();
        private final Map<String, SourceTally> sources = new TreeMap<>();
        private final Map<Split, LengthHistogram> lengths = new EnumMap<>(Split.class);
        private long sourceBytes;
        private long specialTokens;

        public void document(String path, Split split, long textBytes, long tokens) {
            int slash = path.indexOf('/');
            String source = slash < 0 ? "." : path.substring(0, slash);
            sources.merge(source, new SourceTally(1, textBytes, tokens), SourceTally::plus);
            lengths.merge(split, LengthHistogram.of(tokens), LengthHistogram::plus);
        }

        public void specialTokens(long count) {
            specialTokens += count;
        }

        public void sourceBytes(long count) {
            sourceBytes += count;
        }

        public void filtered(String reason) {
            count(filtered, reason);
        }

        public void bad(String reason) {
            count(bad, reason);
        }

        private static void count(Map<String, Long> counts, String reason) {
            boolean told = counts.containsKey(reason) || counts.size() < MOST_REASONS;
            counts.merge(told ? reason : OTHER_REASONS, 1L, Long::sum);
        }

        public UnitTally result() {
            return new UnitTally(sourceBytes, specialTokens, filtered, bad, sources, lengths);
        }
    }
}
