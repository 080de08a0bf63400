package io.github.hyenaspark.data.batch;

import io.github.hyenaspark.data.token.DnaTokenizer;
import io.github.hyenaspark.model.LabelModel;
import io.github.hyenaspark.model.LabelledBatch;
import io.github.hyenaspark.operator.head.LabelHead;
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

    /** The outputs of sequences, T of each, which depend on nothing but the sequence. */
    public double[][] outputs(LabelModel model, List<int[]> sequences, int longest) {
        double[] none = new double[sequences.size()];
        return model.outputs(batch(sequences, none, none, longest));
    }

    private int[] backwards(int[] sequence) {
        int[] read = IntStream.range(0, sequence.length)
                .map(i -> sequence[sequence.length - 1 - i])
                .toArray();
        return this == COMPLEMENT
                ? Arrays.stream(read).map(DnaTokenizer::complement).toArray()
                : read;
    }
}
