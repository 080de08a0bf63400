package io.github.hyenaspark.data.batch;

import io.github.hyenaspark.data.token.DnaTokenizer;
import io.github.hyenaspark.model.LabelModel;
import io.github.hyenaspark.model.LabelledBatch;
import io.github.hyenaspark.operator.head.LabelHead;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.IntStream;

/** From which ends a causal model reads a sequence whose label it predicts; the readings are joined in its head. */
public enum Readings {
    /** From its beginning alone. */
    FORWARD,
    /** From its beginning, and from its end. */
    BOTH,
    /** From its beginning, and from its end along the other strand of DNA. */
    COMPLEMENT;

    private static final int SHORTEST = 32;

    /** S. */
    public int count() {
        return this == FORWARD ? 1 : 2;
    }

    /**
     * A batch of sequences, which share its length: the longest of them, rounded up to a power of two or one and a half
     * times that, and at most {@code longest}.
     *
     * @param sequences token ids of each, at least one
     * @param targets of all sequences, in order
     * @param weights of the sequences' losses
     */
    public LabelledBatch batch(List<int[]> sequences, double[] targets, double[] weights, int longest) {
        int length = padded(sequences.stream().mapToInt(ids -> ids.length).max().orElseThrow(), longest);
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
     * The outputs of sequences, T of each. Those of one padded length are a batch, so an output depends on nothing but
     * its sequence.
     */
    public double[][] outputs(LabelModel model, List<int[]> sequences, int longest) {
        SortedMap<Integer, List<Integer>> byLength = new TreeMap<>();
        for (int number = 0; number < sequences.size(); number++) {
            int length = padded(sequences.get(number).length, longest);
            byLength.computeIfAbsent(length, unused -> new ArrayList<>()).add(number);
        }
        double[][] outputs = new double[sequences.size()][];
        byLength.forEach((length, numbers) -> {
            List<int[]> alike = numbers.stream().map(sequences::get).toList();
            double[] none = new double[alike.size()];
            double[] found = model.outputs(batch(alike, none, none, longest));
            int width = found.length / alike.size();
            for (int i = 0; i < alike.size(); i++) {
                outputs[numbers.get(i)] = Arrays.copyOfRange(found, i * width, (i + 1) * width);
            }
        });
        return outputs;
    }

    /** The length of the batch in which a sequence of {@code tokens} is computed. */
    public static int padded(int tokens, int longest) {
        int length = Math.max(SHORTEST, Integer.highestOneBit(tokens));
        while (length < tokens) {
            length += Integer.highestOneBit(length) / 2;
        }
        return Math.min(length, longest);
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
