package io.github.hyenaspark.golden;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.hyenaspark.exchange.SafariTensors;
import io.github.hyenaspark.io.CorruptFileException;
import io.github.hyenaspark.io.Safetensors.Tensor;
import io.github.hyenaspark.model.HyenaLanguageModel;
import io.github.hyenaspark.model.ModelConfig;
import io.github.hyenaspark.model.ModelConfigs;
import io.github.hyenaspark.model.ParameterEntry;
import io.github.hyenaspark.operator.block.Mixer;
import io.github.hyenaspark.operator.head.Embedding;
import io.github.hyenaspark.operator.hyena.HyenaConfig;
import io.github.hyenaspark.operator.nn.ParameterSpec;
import io.github.hyenaspark.operator.tensor.ComputePool;
import io.github.hyenaspark.product.HeapFloats;
import io.github.hyenaspark.testing.Closeness;
import io.github.hyenaspark.train.config.TrainConfig;
import io.github.hyenaspark.train.optim.GradientClip;
import io.github.hyenaspark.train.optim.Optimizer;
import io.github.hyenaspark.train.optim.ReferenceOptimizer;
import io.github.hyenaspark.train.optim.TrainingState;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** The language model and its optimiser against one golden file, in both precisions. */
final class GoldenLanguageModel {
    private final JsonNode root;
    private final ModelConfig config;
    private final int vocabularySize;
    private final int batchSize;
    private final int length;

    GoldenLanguageModel(GoldenFile file) {
        root = file.root();
        JsonNode json = root.required("config");
        batchSize = root.required("batch").asInt();
        length = root.required("length").asInt();
        vocabularySize = json.required("vocab_size").asInt();
        assertThat(json.path("mixer").asText("hyena")).isEqualTo("hyena");
        HyenaConfig operator = GoldenFile.operatorConfig(
                json.path("hyena"),
                json.required("d_model").asInt(),
                json.required("l_max").asInt());
        config = new ModelConfig(
                List.of(Mixer.HYENA),
                operator.width(),
                json.required("n_layer").asInt(),
                json.path("d_inner").asInt(0),
                operator.maxLength(),
                operator.order(),
                operator.heads(),
                operator.shortLength(),
                operator.activation(),
                operator.postOrderMixing(),
                operator.outerMixing(),
                operator.directTerm(),
                0,
                0,
                json.path("init_std").asDouble(0.02),
                json.path("pad_vocab_multiple").asInt(1),
                Embedding.Positions.NONE,
                operator.filter(),
                ModelConfigs.SE,
                ModelConfigs.MR,
                new ModelConfig.AttentionSettings(0),
                ModelConfigs.H3,
                ModelConfigs.CONV);
    }

    void checkDouble() {
        check(DataType.DOUBLE, 1e-9, 1e-9, 1e-6);
    }

    void checkFloat() {
        // PyTorch in float32 deviates by 4.4e-7 from these losses of about 3; the factors are those of the operator
        // files
        check(DataType.FLOAT, 1e-5, 1e-4, 1e-4);
    }

    private void check(DataType type, double outputTolerance, double gradientTolerance, double trajectoryTolerance) {
        ComputationGraph graph =
                new ComputationGraph(HyenaLanguageModel.configuration(config, vocabularySize, 1, type));
        graph.init();
        List<ParameterEntry> table = HyenaLanguageModel.tableOf(graph);
        store(graph.params(), flat(table, "values"));
        JsonNode first = root.required("first_batch");
        double loss = gradient(graph, 0);
        assertThat(loss).isCloseTo(first.required("loss").asDouble(), within(outputTolerance * loss));
        Closeness.check("gradients", doubles(graph.getFlattenedGradients()), flat(table, "grad"), gradientTolerance);
        INDArray logits = graph.outputSingle(ids("inputs", 0));
        double[] expected = GoldenFile.timeLast(GoldenFile.doubles(first.required("logits")), batchSize, length);
        Closeness.check("logits", doubles(logits), expected, outputTolerance);
        trajectory(graph, table, type, trajectoryTolerance);
    }

    /**
     * Both ways under safari's names: the golden tensors are read to a model with the golden logits, and what is
     * written of it are the golden tensors again.
     */
    void checkSafariTensors() throws CorruptFileException {
        HyenaLanguageModel model = HyenaLanguageModel.create(config, vocabularySize, 1);
        SafariTensors safari = SafariTensors.of(config, model.table());
        Map<String, Tensor> golden = new TreeMap<>();
        for (JsonNode parameter : root.required("parameters")) {
            SafariName.of(parameter.required("name").asText()).forEach(name -> {
                long[] shape = Arrays.stream(GoldenFile.doubles(parameter.required("shape")))
                        .mapToLong(size -> (long) size)
                        .toArray();
                float[] values = floats(GoldenFile.doubles(parameter.required("values")));
                golden.put(name, new Tensor(name, SafariName.shape(name, shape), values, 0));
            });
        }
        model.parameters(safari.read("golden", List.copyOf(golden.values())));
        INDArray logits = model.graph().outputSingle(ids("inputs", 0));
        JsonNode first = root.required("first_batch");
        double[] expected = GoldenFile.timeLast(GoldenFile.doubles(first.required("logits")), batchSize, length);
        Closeness.check("logits", doubles(logits), expected, 1e-5);
        for (Tensor tensor : safari.write(model.parameters())) {
            if (golden.containsKey(tensor.name())) {
                Tensor before = golden.remove(tensor.name());
                assertThat(tensor.shape()).as(tensor.name()).isEqualTo(before.shape());
                int size = Math.toIntExact(tensor.elements());
                assertThat(Arrays.copyOfRange(tensor.values(), tensor.offset(), tensor.offset() + size))
                        .as(tensor.name())
                        .containsExactly(before.values());
            } else {
                assertThat(tensor.name()).as("a constant").matches(".*[.](pos_emb[.][zt]|modulation[.]deltas)");
            }
        }
        assertThat(golden).as("what was not written").isEmpty();
    }

    private void trajectory(ComputationGraph graph, List<ParameterEntry> table, DataType type, double tolerance) {
        JsonNode optimizer = root.required("optimizer");
        List<Double> betas = List.of(
                optimizer.required("beta1").asDouble(),
                optimizer.required("beta2").asDouble());
        GradientClip clip = new GradientClip(optimizer.path("clip_global_norm").asDouble(0));
        double[] theta = doubles(graph.params());
        ReferenceOptimizer plain = new ReferenceOptimizer(TrainConfig.Optimizer.ADAMW, table, betas);
        Optimizer fused = new Optimizer(TrainConfig.Optimizer.ADAMW, table, betas);
        TrainingState state = TrainingState.initial(floats(theta));
        double[] losses = GoldenFile.doubles(root.required("trajectory").required("losses"));
        for (int step = 0; step < losses.length; step++) {
            store(graph.params(), type == DataType.DOUBLE ? theta : widened(state.theta()));
            double loss = gradient(graph, step % batches());
            assertThat(loss).as("loss before step %d", step).isCloseTo(losses[step], within(tolerance * losses[step]));
            double[] gradient = doubles(graph.getFlattenedGradients());
            if (type == DataType.DOUBLE) {
                clip.clip(gradient);
                plain.update(theta, gradient, step, rates());
            } else {
                var narrowed = new HeapFloats(floats(gradient));
                clip.clip(narrowed);
                fused.update(state, narrowed, step, rates(), ComputePool.alone());
            }
        }
    }

    private Map<ParameterSpec.Group, Optimizer.GroupRates> rates() {
        Map<ParameterSpec.Group, Optimizer.GroupRates> rates = new EnumMap<>(ParameterSpec.Group.class);
        JsonNode groups = root.required("optimizer").required("groups");
        for (ParameterSpec.Group group : ParameterSpec.Group.values()) {
            boolean matrix = group == ParameterSpec.Group.MATRIX; // AdamW has them in the base group
            JsonNode rate = groups.path(matrix ? "base" : group.name().toLowerCase(Locale.ROOT));
            rates.put(
                    group,
                    new Optimizer.GroupRates(
                            rate.path("lr").asDouble(),
                            rate.path("weight_decay").asDouble()));
        }
        return rates;
    }

    private double gradient(ComputationGraph graph, int batch) {
        graph.setInputs(ids("inputs", batch));
        graph.setLabels(ids("targets", batch));
        graph.computeGradientAndScore();
        return graph.score();
    }

    private int batches() {
        return root.required("batches")
                .required("inputs")
                .required("shape")
                .get(0)
                .asInt();
    }

    private INDArray ids(String which, int batch) {
        int[] all = GoldenFile.ints(root.required("batches").required(which));
        int size = batchSize * length;
        int[] ids = Arrays.copyOfRange(all, batch * size, (batch + 1) * size);
        return Nd4j.createFromArray(ids).reshape('c', batchSize, 1, length);
    }

    /** The golden arrays in the order of our flat vector, cut to our size (the reference has an unused row of R). */
    private double[] flat(List<ParameterEntry> table, String field) {
        ParameterEntry last = table.get(table.size() - 1);
        double[] flat = new double[Math.toIntExact(last.offset() + last.size())];
        int found = 0;
        for (JsonNode parameter : root.required("parameters")) {
            String name = ourName(parameter.required("name").asText());
            for (ParameterEntry entry : table) {
                if (entry.name().equals(name)) {
                    double[] values = GoldenFile.doubles(parameter.required(field));
                    int size = Math.toIntExact(entry.size());
                    System.arraycopy(values, 0, flat, Math.toIntExact(entry.offset()), size);
                    found++;
                }
            }
        }
        assertThat(found).as("parameters found under our names").isEqualTo(table.size());
        return flat;
    }

    private static String ourName(String name) {
        String[] parts = name.split("\\.", 3);
        return switch (parts[0]) {
            case "embed" -> "embedding.weight";
            case "norm_f" -> "head.norm." + parts[1];
            default -> "block-" + parts[1] + "." + blockName(parts[2]);
        };
    }

    private static String blockName(String name) {
        return name.startsWith("mixer.") ? "mixer." + GoldenFile.operatorName(name.substring(6)) : name;
    }

    private static void store(INDArray array, double[] values) {
        array.assign(Nd4j.createFromArray(values).reshape(array.shape()).castTo(array.dataType()));
    }

    private static double[] doubles(INDArray array) {
        return array.dup('c').reshape(array.length()).toDoubleVector();
    }

    private static float[] floats(double[] values) {
        float[] floats = new float[values.length];
        for (int i = 0; i < floats.length; i++) {
            floats[i] = (float) values[i];
        }
        return floats;
    }

    private static double[] widened(float[] values) {
        double[] doubles = new double[values.length];
        for (int i = 0; i < doubles.length; i++) {
            doubles[i] = values[i];
        }
        return doubles;
    }
}
