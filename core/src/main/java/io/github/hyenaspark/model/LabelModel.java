package io.github.hyenaspark.model;

import io.github.hyenaspark.layers.LabelHeadLayer;
import io.github.hyenaspark.operator.head.LabelHead;
import java.io.Serializable;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.factory.Nd4j;

/**
 * A model that predicts a document's label: token embedding and blocks as in {@link HyenaLanguageModel}, then a
 * {@link LabelHead}. The mean loss is per document. Not thread-safe.
 */
public final class LabelModel extends HyenaModel<LabelledBatch> {
    private final int frozen;

    private LabelModel(ComputationGraph graph, int frozen) {
        super(graph);
        this.frozen = frozen;
    }

    /**
     * What a label model is.
     *
     * @param vocabularySize V before padding
     * @param trainedLayers the last blocks, which are trained with the head; with all of them the embedding is, too
     */
    public record Spec(ModelConfig config, int vocabularySize, LabelHead head, int trainedLayers)
            implements Serializable {
        /** How the flat vector of the model's parameters divides into named tensors. */
        public List<ParameterEntry> table() {
            return tableOf(
                    config,
                    embedding(config, vocabularySize, false),
                    new LabelHeadLayer(head, config.dModel(), config.initStd()).specs());
        }

        /** How many parameters come before the first that is trained. */
        public int frozen() {
            String first = trainedLayers == 0 ? HEAD : "block-" + (config.nLayer() - trainedLayers);
            return trainedLayers >= config.nLayer()
                    ? 0
                    : table().stream()
                            .filter(entry -> entry.name().startsWith(first + "."))
                            .mapToInt(entry -> Math.toIntExact(entry.offset()))
                            .findFirst()
                            .orElseThrow();
        }
    }

    /** A model with fresh parameters, decided by {@code seed}. */
    public static LabelModel create(Spec spec, long seed) {
        return new LabelModel(drawn(configuration(spec, seed, DataType.FLOAT)), spec.frozen());
    }

    /** A model whose parameters are 0, for whoever sets them. */
    public static LabelModel blank(Spec spec) {
        return new LabelModel(blank(configuration(spec, 0, DataType.FLOAT), spec.table()), spec.frozen());
    }

    /** The graph's configuration. */
    public static ComputationGraphConfiguration configuration(Spec spec, long seed, DataType type) {
        NeuralNetConfiguration.Builder base = base(seed, type);
        var head = new LabelHeadLayer(
                spec.head(), spec.config().dModel(), spec.config().initStd());
        return trunk(base, spec.config(), spec.vocabularySize(), false)
                .addLayer(HEAD, head, lastBlock(spec.config()))
                .setOutputs(HEAD)
                .build();
    }

    /**
     * Parameters that begin where a language model ended: those of equal name and shape are its own, the final norm
     * among them; the head's others are this model's, freshly made. IllegalArgumentException if a block's differ.
     *
     * @param table of the language model with parameters {@code theta}
     */
    public float[] beginningWith(List<ParameterEntry> table, float[] theta) {
        float[] begin = parameters();
        pretrained(table(), table).forEach((entry, from) -> {
            int count = Math.toIntExact(entry.size());
            System.arraycopy(theta, Math.toIntExact(from.offset()), begin, Math.toIntExact(entry.offset()), count);
        });
        return begin;
    }

    /**
     * The parameters of a language model that those of a model with labels begin with, by these.
     * IllegalArgumentException if a block's differ.
     */
    public static Map<ParameterEntry, ParameterEntry> pretrained(
            List<ParameterEntry> own, List<ParameterEntry> language) {
        Map<String, ParameterEntry> known = new HashMap<>();
        language.forEach(entry -> known.put(entry.name(), entry));
        Map<ParameterEntry, ParameterEntry> begin = new LinkedHashMap<>();
        for (ParameterEntry entry : own) {
            ParameterEntry from = known.get(entry.name());
            if (from == null && entry.name().startsWith(HEAD + ".")) {
                continue;
            }
            if (from == null || !from.shape().equals(entry.shape())) {
                throw new IllegalArgumentException("the pretrained model must have a parameter " + entry.name()
                        + " of shape " + entry.shape() + ", found " + (from == null ? "none" : from.shape()));
            }
            begin.put(entry, from);
        }
        return begin;
    }

    @Override
    public int frozen() {
        return frozen;
    }

    /**
     * The outputs of a batch's documents, T of each, without dropout: logits, or values. Those of a document depend on
     * nothing but its own sequence.
     */
    public double[][] outputs(LabelledBatch batch) {
        double[][] outputs = new double[batch.countedTargets()][];
        for (LabelledBatch.Part part : batch.parts()) {
            int[] documents = part.documents();
            int[] lengths = part.batch().labels().lengths();
            double[] found = ofBlockOutput(
                    inputs(part.batch()), output -> LabelHeadLayer.outputs(graph.getLayer(HEAD), output, lengths));
            int width = found.length / documents.length;
            for (int i = 0; i < documents.length; i++) {
                outputs[documents[i]] = Arrays.copyOfRange(found, i * width, (i + 1) * width);
            }
        }
        return outputs;
    }

    /** The losses of a batch, without dropout. */
    public LossSum lossSum(LabelledBatch batch) {
        double sum = 0;
        for (LabelledBatch part : parts(batch)) {
            double mean = graph.score(new DataSet(inputs(part), labels(part)), false);
            sum += mean * part.countedTargets();
        }
        return new LossSum(sum, batch.countedTargets());
    }

    @Override
    List<LabelledBatch> parts(LabelledBatch batch) {
        return batch.parts().stream().map(LabelledBatch.Part::batch).toList();
    }

    @Override
    INDArray inputs(LabelledBatch batch) {
        return rows(batch.ids(), batch.sequences());
    }

    @Override
    INDArray labels(LabelledBatch batch) {
        LabelHead.Labels labels = batch.labels();
        int readings = batch.readings();
        int targets = batch.targets();
        double[][] rows = new double[batch.sequences()][2 + targets];
        for (int row = 0; row < rows.length; row++) {
            int document = row / readings;
            rows[row][0] = labels.lengths()[row];
            rows[row][1] = labels.weights()[document];
            System.arraycopy(labels.targets(), document * targets, rows[row], 2, targets);
        }
        return Nd4j.createFromArray(rows).castTo(graph.getConfiguration().getDataType());
    }
}
