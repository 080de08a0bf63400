package io.github.hyenaspark.train.optim;

import io.github.hyenaspark.model.ParameterEntry;
import io.github.hyenaspark.operator.nn.ParameterSpec;
import io.github.hyenaspark.train.config.TrainConfig;
import java.util.ArrayList;
import java.util.List;

/**
 * Where the moments of a parameter are. Both kinds of moments come in one order: first the parameters that AdamW
 * trains, in table order, then Muon's matrices, in table order. First moments exist for all P parameters, second
 * moments only for AdamW's, which are the first Q. Without Muon the order is the table's, and Q = P.
 *
 * @param entries in the order of the moments; their offsets count from there
 * @param spans AdamW's parameters, adjacent ones of a group together
 * @param matrices Muon's
 * @param parameters P
 * @param secondMoments Q
 */
public record MomentLayout(
        List<ParameterEntry> entries, List<Span> spans, List<MuonMatrix> matrices, int parameters, int secondMoments) {
    /**
     * {@code count} neighbours of one group.
     *
     * @param at index of the first in θ and in gradients
     * @param moment index of its moments
     */
    record Span(int at, int moment, int count, ParameterSpec.Group group) {}

    /**
     * A weight matrix, row-major.
     *
     * @param at index of its first element in θ and in gradients
     * @param moment index of its first moment
     */
    record MuonMatrix(int at, int moment, int rows, int columns) {}

    /**
     * The layout of a model's moments.
     *
     * @param table the model's parameters, without gaps from offset 0
     * @throws IllegalArgumentException if the table has a gap, or a parameter of the matrix group is not a matrix
     */
    public static MomentLayout of(TrainConfig.Optimizer optimizer, List<ParameterEntry> table) {
        var made = new Maker();
        long end = 0;
        for (ParameterEntry entry : table) {
            if (entry.offset() != end) {
                throw new IllegalArgumentException("parameter " + entry.name() + " starts at " + entry.offset()
                        + ", expected " + end + ", where the one before it ends");
            }
            end = Math.toIntExact(end + entry.size());
        }
        List<ParameterEntry> matrices = table.stream()
                .filter(entry -> optimizer == TrainConfig.Optimizer.MUON && entry.group() == ParameterSpec.Group.MATRIX)
                .toList();
        table.stream().filter(entry -> !matrices.contains(entry)).forEach(made::addSpan);
        int secondMoments = made.end;
        matrices.forEach(made::addMatrix);
        return new MomentLayout(
                List.copyOf(made.entries),
                List.copyOf(made.spans),
                List.copyOf(made.matrices),
                made.end,
                secondMoments);
    }

    private static final class Maker {
        private final List<ParameterEntry> entries = new ArrayList<>();
        private final List<Span> spans = new ArrayList<>();
        private final List<MuonMatrix> matrices = new ArrayList<>();
        private int end;

        void addSpan(ParameterEntry entry) {
            int at = Math.toIntExact(entry.offset());
            int count = Math.toIntExact(entry.size());
            Span last = spans.isEmpty() ? new Span(at, end, 0, entry.group()) : spans.remove(spans.size() - 1);
            if (last.group() == entry.group() && last.at() + last.count() == at) {
                spans.add(new Span(last.at(), last.moment(), last.count() + count, entry.group()));
            } else {
                spans.add(last);
                spans.add(new Span(at, end, count, entry.group()));
            }
            add(entry);
        }

        void addMatrix(ParameterEntry entry) {
            if (entry.shape().size() != 2) {
                throw new IllegalArgumentException("parameter " + entry.name() + " of the group " + entry.group()
                        + " must be a matrix, found shape " + entry.shape());
            }
            matrices.add(new MuonMatrix(
                    Math.toIntExact(entry.offset()),
                    end,
                    entry.shape().get(0),
                    entry.shape().get(1)));
            add(entry);
        }

        private void add(ParameterEntry entry) {
            entries.add(new ParameterEntry(entry.name(), entry.shape(), end, entry.group()));
            end = Math.toIntExact(end + entry.size());
        }
    }

    /** The entries of second moments, the first of {@link #entries}. */
    public List<ParameterEntry> secondEntries() {
        return entries.subList(0, entries.size() - matrices.size());
    }

    /** Floats outside the heap in which one thread makes an update orthogonal; 0 without matrices. */
    public long nativeFloats() {
        return 2 * largest() + 2 * largestGram();
    }

    /** Floats in the heap for the same. */
    public long heapFloats() {
        return largest() + 2 * largestGram();
    }

    private long largest() {
        return matrices.stream()
                .mapToLong(m -> (long) m.rows() * m.columns())
                .max()
                .orElse(0);
    }

    private long largestGram() {
        return matrices.stream()
                .mapToLong(m -> Math.min(m.rows(), m.columns()))
                .map(n -> n * n)
                .max()
                .orElse(0);
    }

    void check(String name, int expected, int found) {
        if (found != expected) {
            throw new IllegalArgumentException(
                    name + " must have the table's " + expected + " elements, found " + found);
        }
    }
}
