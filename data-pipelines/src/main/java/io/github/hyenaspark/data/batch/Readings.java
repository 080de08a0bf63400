package io.github.hyenaspark.data.batch;

import io.github.hyenaspark.data.token.DnaTokenizer;
import io.github.hyenaspark.model.LabelModel;
import io.github.hyenaspark.model.LabelledBatch;
import io.github.hyenaspark.model.LossSum;
import io.github.hyenaspark.operator.head.LabelHead;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/** From which ends a causal model reads a sequence whose label it predicts; the readings are joined in its head. */
public enum Readings {
    /** From its beginning alone. */
    FORWARD,
    /** From its beginning, and from its end. */
    BOTH,
    /** From its beginning, and from its end along the other strand of DNA. */
    COMPLEMENT;

    private static final int MOST_TOKENS = 1 << 13; // that are computed at once, in each reading

    /** How many sequences of a length are computed at once, so what memory has to be there for. */
    public static int together(int length) {
        return Math.max(1, MOST_TOKENS / length);
    }

    /** S. */
    public int count() {
        return this == FORWARD ? 1 : 2;
    }

    /**
     * A batch of sequences, which share its length, that of the longest of them, padded to at most {@code longest}.
     *
     * @param sequences token ids of each, at least one
     * @param targets of all sequences, in order
     * @param weights of the sequences' losses
     */
    public LabelledBatch batch(List<int[]> sequences, double[] targets, double[] weights, int longest) {
        int length = LabelledBatch.padded(
                sequences.stream().mapToInt(ids -> ids.length).max().orElseThrow(), longest);
        int[] ids = new int[Math.multiplyExact(sequences.size() * count(), length)];
        int[] lengths = new int[sequences.size() * count()];
        for (int row = 0; row < lengths.length; row++) {
            int[] sequence = sequences.get(row / count());
            int[] read = row % count() == 0 ? sequence : backwards(sequence);
            System.arraycopy(read, 0, ids, row * length, read.length);
            lengths[row] = read.length;
        }
        return new LabelledBatch(ids, new LabelHead.Labels(lengths, targets, weights));
    }

    /**
     * The outputs of sequences, T of each, which depend on nothing but the sequence. They are computed a few at a time:
     * memory does not grow with their number.
     */
    public double[][] outputs(LabelModel model, List<int[]> sequences, int longest) {
        List<double[]> outputs = new ArrayList<>();
        int to;
        for (int from = 0; from < sequences.size(); from = to) {
            to = end(sequences, from, longest);
            double[] none = new double[to - from];
            outputs.addAll(Arrays.asList(model.outputs(batch(sequences.subList(from, to), none, none, longest))));
        }
        return outputs.toArray(double[][]::new);
    }

    /** The losses of sequences, computed a few at a time; parameters as those of a {@link #batch}. */
    public LossSum lossSum(LabelModel model, List<int[]> sequences, double[] targets, double[] weights, int longest) {
        int width = targets.length / Math.max(1, sequences.size());
        LossSum sum = LossSum.ZERO;
        int to;
        for (int from = 0; from < sequences.size(); from = to) {
            to = end(sequences, from, longest);
            sum = sum.plus(model.lossSum(batch(
                    sequences.subList(from, to),
                    Arrays.copyOfRange(targets, from * width, to * width),
                    Arrays.copyOfRange(weights, from, to),
                    longest)));
        }
        return sum;
    }

    /** Where those end that begin at {@code from} and are computed together: at least one. */
    private static int end(List<int[]> sequences, int from, int longest) {
        int to = from;
        int tokens = 0;
        while (to < sequences.size() && isTogether(tokens, sequences.get(to).length, longest)) {
            tokens += LabelledBatch.padded(sequences.get(to++).length, longest);
        }
        return to;
    }

    /**
     * Whether a sequence is computed together with those before it, whose padded lengths add up to {@code tokens}; 0 if
     * there are none. Whoever has many sequences may so give them a few at a time, to the same end.
     */
    public static boolean isTogether(int tokens, int length, int longest) {
        return tokens == 0 || tokens + LabelledBatch.padded(length, longest) <= MOST_TOKENS;
    }

    /** A sequence as it is read from its end. */
    public int[] backwards(int[] sequence) {
        int[] read = IntStream.range(0, sequence.length)
                .map(i -> sequence[sequence.length - 1 - i])
                .toArray();
        return this == COMPLEMENT
                ? Arrays.stream(read).map(DnaTokenizer::complement).toArray()
                : read;
    }
}
