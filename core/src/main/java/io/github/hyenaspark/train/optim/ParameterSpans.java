package io.github.hyenaspark.train.optim;

import io.github.hyenaspark.model.ParameterEntry;
import io.github.hyenaspark.operator.nn.ParameterSpec;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * The parameter table for optimisers: runs of adjacent elements of one group.
 *
 * @param list without gaps, from element 0
 * @param parameterCount P
 */
record ParameterSpans(List<Span> list, int parameterCount) {
    /** Elements {@code from} (inclusive) to {@code to} (exclusive). */
    record Span(int from, int to, ParameterSpec.Group group) {
        AdamW.GroupRates ratesIn(Map<ParameterSpec.Group, AdamW.GroupRates> rates) {
            AdamW.GroupRates found = rates.get(group);
            if (found == null) {
                throw new IllegalArgumentException(
                        "group " + group + " has parameters but no rates, found rates for " + rates.keySet());
            }
            return found;
        }
    }

    static ParameterSpans of(List<ParameterEntry> table) {
        List<Span> spans = new ArrayList<>();
        int end = 0;
        for (ParameterEntry entry : table) {
            if (entry.offset() != end) {
                throw new IllegalArgumentException("parameter " + entry.name() + " starts at " + entry.offset()
                        + ", expected " + end + ", where the one before it ends");
            }
            int next = Math.toIntExact(end + entry.size());
            Span last = spans.isEmpty() ? new Span(0, 0, entry.group()) : spans.remove(spans.size() - 1);
            if (last.group() == entry.group()) {
                spans.add(new Span(last.from(), next, entry.group()));
            } else {
                spans.add(last);
                spans.add(new Span(end, next, entry.group()));
            }
            end = next;
        }
        return new ParameterSpans(List.copyOf(spans), end);
    }

    void checkCount(String name, int found) {
        if (found != parameterCount) {
            throw new IllegalArgumentException(
                    name + " must have the table's " + parameterCount + " elements, found " + found);
        }
    }
}
