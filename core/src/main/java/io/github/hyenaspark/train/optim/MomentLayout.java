package io.github.hyenaspark.train.optim;

import io.github.hyenaspark.model.ParameterEntry;
import io.github.hyenaspark.operator.nn.ParameterSpec;
import io.github.hyenaspark.train.config.TrainConfig;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import java.util.stream.Stream;

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
        long end = 0;
        for (ParameterEntry entry : table) {
            if (entry.offset() != end) {
                throw new IllegalArgumentException("parameter " + entry.name() + " starts at " + entry.offset()
                        + ", expected " + end + ", where the one before it ends");
            }
            end = Math.toIntExact(end + entry.size());
        }
        Predicate<ParameterEntry> isMatrix =
                entry -> optimizer == TrainConfig.Optimizer.MUON && entry.group() == ParameterSpec.Group.MATRIX;
        List<ParameterEntry> entries = new ArrayList<>();
        List<Span> spans = new ArrayList<>();
        List<MuonMatrix> matrices = new ArrayList<>();
        int moment = 0;
        int secondMoments = 0;
        for (ParameterEntry entry : Stream.concat(
                        table.stream().filter(isMatrix.negate()), table.stream().filter(isMatrix))
                .toList()) {
            int at = Math.toIntExact(entry.offset());
            int count = Math.toIntExact(entry.size());
            entries.add(new ParameterEntry(entry.name(), entry.shape(), moment, entry.group()));
            if (isMatrix.test(entry)) {
                matrices.add(matrix(entry, at, moment));
            } else {
                add(spans, new Span(at, moment, count, entry.group()));
                secondMoments += count;
            }
            moment = Math.addExact(moment, count);
        }
        return new MomentLayout(List.copyOf(entries), List.copyOf(spans), List.copyOf(matrices), moment, secondMoments);
    }

    private static void add(List<Span> spans, Span next) {
        int last = spans.size() - 1;
        Span before = spans.isEmpty() ? next : spans.get(last);
        if (!spans.isEmpty() && before.group() == next.group() && before.at() + before.count() == next.at()) {
            spans.set(last, new Span(before.at(), before.moment(), before.count() + next.count(), next.group()));
        } else {
            spans.add(next);
        }
    }

    private static MuonMatrix matrix(ParameterEntry entry, int at, int moment) {
        if (entry.shape().size() != 2) {
            throw new IllegalArgumentException("parameter " + entry.name() + " of the group " + entry.group()
                    + " must be a matrix, found shape " + entry.shape());
        }
        return new MuonMatrix(at, moment, entry.shape().get(0), entry.shape().get(1));
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

    void check(String name, int expected, long found) {
        if (found != expected) {
            throw new IllegalArgumentException(
                    name + " must have the table's " + expected + " elements, found " + found);
        }
    }
}
