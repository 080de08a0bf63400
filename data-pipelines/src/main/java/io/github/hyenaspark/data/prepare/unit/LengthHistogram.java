package io.github.hyenaspark.data.prepare.unit;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import io.github.hyenaspark.io.CorruptFileException;
import io.github.hyenaspark.io.Json;
import java.util.Arrays;
import java.util.List;

/**
 * How many documents have which length: place k counts those of 2^k to 2^(k+1)-1 tokens.
 *
 * @param counts as many places as the longest document needs; not copied, and changed by {@link #with}
 */
public record LengthHistogram(long[] counts) {
    /** The histogram of one document. */
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

    /** Counts one more document of so many tokens (at least 1). */
    LengthHistogram with(long tokens) {
        int place = Long.SIZE - 1 - Long.numberOfLeadingZeros(tokens);
        long[] more = place < counts.length ? counts : Arrays.copyOf(counts, place + 1);
        more[place]++;
        return more == counts ? this : new LengthHistogram(more);
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
