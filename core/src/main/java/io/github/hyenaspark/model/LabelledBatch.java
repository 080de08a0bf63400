package io.github.hyenaspark.model;

import io.github.hyenaspark.model.HyenaModel.TrainingBatch;
import io.github.hyenaspark.operator.head.LabelHead;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * Documents with labels for one local step. The arrays are not copied: whoever made the batch must not change them.
 *
 * @param ids token ids in [0, V), (B·S)×L, row-major: the S readings of a document are neighbours, each padded at its
 *     end with any ids
 * @param labels of the B documents; their lengths are at most L
 */
public record LabelledBatch(int[] ids, LabelHead.Labels labels) implements TrainingBatch {
    private static final int SHORTEST = 32;

    public LabelledBatch {
        int length = ids.length / Math.max(1, labels.lengths().length);
        for (int tokens : labels.lengths()) {
            if (tokens < 1 || tokens > length) {
                throw new IllegalArgumentException("a sequence of a batch with room for " + length
                        + " tokens must have 1 to " + length + ", found " + tokens);
            }
        }
    }

    /**
     * Documents of a batch whose sequences share a padded length.
     *
     * @param documents their numbers in the batch, ascending
     */
    record Part(int[] documents, LabelledBatch batch) {}

    /**
     * The length to which a sequence of {@code tokens} is padded: a power of two or one and a half times that, at least
     * 32 but at most {@code longest}.
     */
    public static int padded(int tokens, int longest) {
        int length = Math.max(SHORTEST, Integer.highestOneBit(tokens));
        while (length < tokens) {
            length += Integer.highestOneBit(length) / 2;
        }
        return Math.min(length, longest);
    }

    /** L. */
    private int length() {
        return ids.length / sequences();
    }

    /** B·S. */
    int sequences() {
        return labels.lengths().length;
    }

    /** B. */
    @Override
    public int countedTargets() {
        return labels.weights().length;
    }

    /** S. */
    int readings() {
        return sequences() / countedTargets();
    }

    /** Targets of a document. */
    int targets() {
        return labels.targets().length / countedTargets();
    }

    /**
     * The documents by the padded length of their longest reading, ascending: little is computed for padding, and what
     * is computed of a document depends on nothing but its own sequence.
     */
    List<Part> parts() {
        SortedMap<Integer, List<Integer>> byLength = IntStream.range(0, countedTargets())
                .boxed()
                .collect(Collectors.groupingBy(this::paddedLength, TreeMap::new, Collectors.toList()));
        List<Part> parts = new ArrayList<>();
        byLength.forEach((length, documents) ->
                parts.add(part(documents.stream().mapToInt(Integer::intValue).toArray(), length)));
        return parts;
    }

    private int paddedLength(int document) {
        int tokens = Arrays.stream(labels.lengths(), document * readings(), (document + 1) * readings())
                .max()
                .orElseThrow();
        return padded(tokens, length());
    }

    private Part part(int[] documents, int length) {
        if (documents.length == countedTargets() && length == length()) {
            return new Part(documents, this);
        }
        int readings = readings();
        int targets = targets();
        int[] shorter = new int[documents.length * readings * length];
        var own = new LabelHead.Labels(
                new int[documents.length * readings],
                new double[documents.length * targets],
                new double[documents.length]);
        for (int i = 0; i < documents.length; i++) {
            int document = documents[i];
            for (int reading = 0; reading < readings; reading++) {
                int row = document * readings + reading;
                System.arraycopy(ids, row * length(), shorter, (i * readings + reading) * length, length);
                own.lengths()[i * readings + reading] = labels.lengths()[row];
            }
            System.arraycopy(labels.targets(), document * targets, own.targets(), i * targets, targets);
            own.weights()[i] = labels.weights()[document];
        }
        return new Part(documents, new LabelledBatch(shorter, own));
    }
}
