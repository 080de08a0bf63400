package io.github.hyenaspark.operator.head;

import static io.github.hyenaspark.operator.nn.ParameterSpec.Group.BASE;

import io.github.hyenaspark.operator.nn.Initializer;
import io.github.hyenaspark.operator.nn.MixerConfig;
import io.github.hyenaspark.operator.nn.ParameterSpec;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;

/**
 * What predicts the label of a document from the last block's output: layer norm, one vector for each part of the
 * sequence, dropout, and a linear map of the vectors of all its readings to T outputs. A document is read S times, once
 * as it is and once from its other end.
 *
 * @param task what is predicted, and with which loss
 * @param outputs T: classes, tags, or values
 * @param pooling how the steps of a sequence become one vector
 * @param parts M, of equal length, of every sequence; each is pooled by itself, so that the output knows places
 * @param readings S, sequences of a document, 1 or 2
 * @param dropout share of the joined vector set to zero in training
 */
public record LabelHead(Task task, int outputs, Pooling pooling, int parts, int readings, double dropout)
        implements Serializable {
    /** What a label is. */
    public enum Task {
        /** One of T classes, at least two; softmax cross entropy, nats. */
        CLASSIFICATION,
        /** T real values; the mean of their squared errors. */
        REGRESSION,
        /** Any of T tags, each there or not; the mean of their logistic losses, nats. */
        TAGGING
    }

    /** How the D-vectors of a part's steps become one. */
    public enum Pooling {
        /** Their mean. */
        MEAN,
        /** That of the last step. */
        LAST,
        /** The largest element of each channel. */
        MAX,
        /** Their mean, weighted by a softmax of their products with a trained vector, divided by √D. */
        ATTENTION
    }

    public LabelHead {
        int fewest = task == Task.CLASSIFICATION ? 2 : 1;
        MixerConfig.check(outputs >= fewest, "outputs", outputs, "at least " + fewest);
        MixerConfig.check(parts >= 1, "parts", parts, "at least 1");
        MixerConfig.check(readings == 1 || readings == 2, "readings", readings, "1 or 2");
        MixerConfig.check(dropout >= 0 && dropout < 1, "dropout", dropout, "a number in [0, 1)");
    }

    /** Numbers that are one document's label: the class, or T of them. */
    public int targets() {
        return task == Task.CLASSIFICATION ? 1 : outputs;
    }

    /** The parameters in their order in memory, of a model of D channels; weights start as N(0, deviation²). */
    public List<ParameterSpec> parameters(int width, double deviation) {
        List<ParameterSpec> specs = new ArrayList<>();
        specs.add(new ParameterSpec("norm.weight", List.of(width), new Initializer.Constant(1), BASE));
        specs.add(new ParameterSpec("norm.bias", List.of(width), new Initializer.Constant(0), BASE));
        if (pooling == Pooling.ATTENTION) {
            specs.add(new ParameterSpec("query", List.of(width), new Initializer.Constant(0), BASE));
        }
        List<Integer> shape = List.of(outputs, Math.multiplyExact(readings * parts, width));
        specs.add(new ParameterSpec("output.weight", shape, new Initializer.Normal(deviation), BASE));
        specs.add(new ParameterSpec("output.bias", List.of(outputs), new Initializer.Constant(0), BASE));
        return List.copyOf(specs);
    }

    /**
     * Labels of B documents, each of S neighbouring sequences.
     *
     * @param lengths tokens of every sequence without its padding, B·S, at least 1
     * @param targets B rows of {@link LabelHead#targets}
     * @param weights of the documents' losses, B
     */
    public record Labels(int[] lengths, double[] targets, double[] weights) {}
}
