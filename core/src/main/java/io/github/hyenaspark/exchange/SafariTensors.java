package io.github.hyenaspark.exchange;

import io.github.hyenaspark.config.SettingNames;
import io.github.hyenaspark.io.CorruptFileException;
import io.github.hyenaspark.io.Safetensors.Tensor;
import io.github.hyenaspark.model.ModelConfig;
import io.github.hyenaspark.model.ParameterEntry;
import io.github.hyenaspark.operator.block.Mixer;
import io.github.hyenaspark.operator.filter.FilterConfig;
import io.github.hyenaspark.operator.filter.FilterWindow;
import io.github.hyenaspark.operator.filter.PositionalEncoding;
import io.github.hyenaspark.operator.head.Embedding;
import io.github.hyenaspark.operator.hyena.HyenaConfig;
import io.github.hyenaspark.operator.nn.MixerConfig;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.LongStream;

/**
 * Converts the parameters of a language model to tensors that safari's {@code ConvLMHeadModel} loads strictly, and
 * back, also without the constants or with only one of several names of a parameter.
 */
public final class SafariTensors {
    /** Errors of the constants in float32 are about 1e-5; another formula differs by more. */
    private static final double CONSTANT_TOLERANCE = 1e-3;

    private static final int NAMED = 6;

    private final List<SafariTensor> layout;
    private final int parameters;

    private SafariTensors(List<SafariTensor> layout, int parameters) {
        this.layout = layout;
        this.parameters = parameters;
    }

    /** The tensors of one architecture; IllegalArgumentException if safari lacks it, or the table is of another. */
    public static SafariTensors of(ModelConfig config, List<ParameterEntry> table) {
        long parameters = table.stream().mapToLong(ParameterEntry::size).sum();
        return new SafariTensors(Layout.of(config, table), Math.toIntExact(parameters));
    }

    /** All tensors of θ in the order of the state dict; θ is not copied where safari has the same elements. */
    public List<Tensor> write(float[] theta) {
        return layout.stream().map(target -> target.tensor(theta)).toList();
    }

    /**
     * θ, P elements in table order. CorruptFileException names missing, unknown and misshapen tensors, names of one
     * parameter with different values, and wrong constants; {@code file} is for its message.
     */
    public float[] read(String file, List<Tensor> tensors) throws CorruptFileException {
        Map<String, Tensor> found = new LinkedHashMap<>();
        tensors.forEach(tensor -> found.put(tensor.name(), tensor));
        refuseMisfits(file, found);
        float[] theta = new float[parameters];
        Map<String, String> sources = new LinkedHashMap<>();
        for (SafariTensor target : layout) {
            Tensor tensor = found.get(target.name());
            if (tensor != null && target instanceof SafariTensor.Parameter parameter) {
                String first = sources.putIfAbsent(parameter.entry().name(), target.name());
                copy(file, tensor, parameter.entry(), theta, first == null ? "" : first);
            } else if (tensor != null && target instanceof SafariTensor.Constant constant) {
                refuseOther(file, tensor, constant);
            }
        }
        return theta;
    }

    private void refuseMisfits(String file, Map<String, Tensor> found) throws CorruptFileException {
        Map<String, Tensor> extra = new LinkedHashMap<>(found);
        Map<String, String> missing = new LinkedHashMap<>(); // by parameter, the first of its names
        List<String> shapes = new ArrayList<>();
        for (SafariTensor target : layout) {
            Tensor tensor = extra.remove(target.name());
            if (tensor != null && !Arrays.equals(tensor.shape(), target.shape())) {
                shapes.add(target.name() + " " + Arrays.toString(tensor.shape()) + " instead of "
                        + Arrays.toString(target.shape()));
            }
            if (target instanceof SafariTensor.Parameter parameter) {
                missing.merge(
                        parameter.entry().name(),
                        tensor == null ? target.name() : "",
                        (a, b) -> a.isEmpty() || b.isEmpty() ? "" : a);
            }
        }
        missing.values().removeIf(String::isEmpty);
        List<String> problems = new ArrayList<>();
        tell("missing", missing.values().stream().toList(), problems);
        tell("not of this model", extra.keySet().stream().toList(), problems);
        tell("of another shape", shapes, problems);
        if (!problems.isEmpty()) {
            throw new CorruptFileException(
                    file,
                    "the tensors of this architecture",
                    String.join("; ", problems),
                    "give the config.json that belongs to these tensors");
        }
    }

    private static void tell(String problem, List<String> names, List<String> problems) {
        if (!names.isEmpty()) {
            String more = names.size() > NAMED ? " and " + (names.size() - NAMED) + " more" : "";
            problems.add(problem + ": " + String.join(", ", names.subList(0, Math.min(NAMED, names.size()))) + more);
        }
    }

    private static void copy(String file, Tensor tensor, ParameterEntry entry, float[] theta, String before)
            throws CorruptFileException {
        int from = tensor.offset();
        int to = Math.toIntExact(entry.offset());
        int size = Math.toIntExact(entry.size());
        if (before.isEmpty()) {
            System.arraycopy(tensor.values(), from, theta, to, size);
        } else if (!Arrays.equals(tensor.values(), from, from + size, theta, to, to + size)) {
            throw new CorruptFileException(
                    file,
                    tensor.name() + " equal to " + before + ", which is the same parameter",
                    "other values",
                    "a model that trains them apart has no equivalent here");
        }
    }

    private static void refuseOther(String file, Tensor tensor, SafariTensor.Constant constant)
            throws CorruptFileException {
        double[] values = constant.values();
        for (int i = 0; i < values.length; i++) {
            float value = tensor.values()[tensor.offset() + i];
            if (!(Math.abs(value - values[i]) <= CONSTANT_TOLERANCE * Math.max(1, Math.abs(values[i])))) {
                throw new CorruptFileException(
                        file,
                        "element " + i + " of " + tensor.name() + " to be " + values[i] + ", as config.json says",
                        "" + value,
                        "if it was trained, config.json must say so by lr_pos_emb or modulation_lr");
            }
        }
    }

    /**
     * The state dict of safari's {@code ConvLMHeadModel} as PyTorch lists it: in its order, with constants and every
     * name of a parameter that has several (the table, which the head shares, and the sine frequency, once per layer).
     */
    private static final class Layout {
        private final HyenaConfig operator;
        private final Map<String, ParameterEntry> ours = new HashMap<>();
        private final List<SafariTensor> tensors = new ArrayList<>();

        private Layout(HyenaConfig operator, List<ParameterEntry> table) {
            this.operator = operator;
            table.forEach(entry -> ours.put(entry.name(), entry));
        }

        static List<SafariTensor> of(ModelConfig config, List<ParameterEntry> table) {
            String other = "; export.format=dl4j takes any model";
            MixerConfig.check(
                    config.mixer().stream().allMatch(mixer -> mixer == Mixer.HYENA),
                    "model.mixer",
                    config.mixerNames(),
                    "hyena alone: the names of safari's tensors are those of Hyena blocks" + other);
            MixerConfig.check(
                    config.filter().kind() == FilterConfig.Kind.IMPLICIT,
                    "model.filter.kind",
                    config.filter().kind().settingName(),
                    "implicit: safari has no tensors for others" + other);
            MixerConfig.check(
                    config.positions() == Embedding.Positions.NONE || config.positions() == Embedding.Positions.ROTARY,
                    "model.positions",
                    SettingNames.of(config.positions()),
                    "none or rotary, which do not affect Hyena blocks: safari's embedding adds no positions" + other);
            var layout = new Layout(config.operator(), table);
            layout.parameter("embedding.weight", "backbone.embeddings.word_embeddings.weight");
            for (int block = 0; block < config.nLayer(); block++) {
                layout.block("block-" + block + ".", "backbone.layers." + block + ".");
            }
            layout.both("head.norm.", "backbone.ln_f.");
            layout.parameter("embedding.weight", "lm_head.weight");
            return List.copyOf(layout.tensors);
        }

        private void block(String from, String to) {
            mixer(from + "mixer.", to + "mixer.");
            both(from + "norm1.", to + "norm1.");
            both(from + "fc1.", to + "mlp.fc1.");
            both(from + "fc2.", to + "mlp.fc2.");
            both(from + "norm2.", to + "norm2.");
        }

        private void mixer(String from, String to) {
            if (operator.postOrderMixing()) {
                parameter(from + "head-mix", to + "ord_proj_w", operator.order(), operator.heads(), operator.heads());
            }
            both(from + "out.", to + "out_proj.");
            both(from + "in.", to + "in_proj.");
            parameter(
                    from + "short.weight",
                    to + "short_filter.weight",
                    operator.projections(),
                    1,
                    operator.shortLength());
            parameter(from + "short.bias", to + "short_filter.bias");
            filter(from + "filter.", to + "filter_fn.");
        }

        private void filter(String from, String to) {
            int filters = operator.filters();
            if (operator.directTerm()) {
                parameter(from + "direct", to + "bias");
            } else {
                tensors.add(new SafariTensor.Unused(to + "bias", new long[] {filters}));
            }
            long length = operator.maxLength();
            long[] positions = {1, length, operator.filter().emb()};
            if (operator.filter().trainPositions()) {
                parameter(from + "positions", to + "pos_emb.z", positions);
            } else {
                tensors.add(new SafariTensor.Constant(
                        to + "pos_emb.z",
                        positions,
                        PositionalEncoding.features(
                                operator.maxLength(), operator.filter().emb())));
            }
            double[] times = new double[operator.maxLength()];
            Arrays.setAll(times, i -> PositionalEncoding.time(i, times.length));
            tensors.add(new SafariTensor.Constant(to + "pos_emb.t", new long[] {1, length, 1}, times));
            network(from, to + "implicit_filter.");
            if (operator.filter().trainDecay()) {
                parameter(from + "decay", to + "modulation.deltas", 1, 1, filters);
            } else {
                double[] rates = FilterWindow.DecayWindow.rates(operator.filter(), filters);
                tensors.add(new SafariTensor.Constant(to + "modulation.deltas", new long[] {1, 1, filters}, rates));
            }
        }

        /** Linear layers and sines in sequence: layer l is number 2l, the sine after it 2l+1. */
        private void network(String from, String to) {
            int last = operator.filter().hiddenLayers() + 1;
            for (int layer = 0; layer < last; layer++) {
                both(from + layer + ".", to + 2 * layer + ".");
                parameter(
                        from + "frequency",
                        to + (2 * layer + 1) + ".freq",
                        1,
                        operator.filter().width());
            }
            parameter(from + "out.weight", to + 2 * last + ".weight");
        }

        private void both(String from, String to) {
            parameter(from + "weight", to + "weight");
            parameter(from + "bias", to + "bias");
        }

        private void parameter(String from, String to) {
            LongStream shape = entry(from).shape().stream().mapToLong(Integer::longValue);
            parameter(from, to, shape.toArray());
        }

        private void parameter(String from, String to, long... shape) {
            tensors.add(new SafariTensor.Parameter(to, shape, entry(from)));
        }

        private ParameterEntry entry(String name) {
            ParameterEntry entry = ours.get(name);
            if (entry == null) {
                throw new IllegalArgumentException(
                        "the parameter table has no " + name + "; was it made with other model settings?");
            }
            return entry;
        }
    }

    /** A tensor of safari's state dict and the source of its elements. */
    private sealed interface SafariTensor {
        String name();

        /** Row-major. */
        long[] shape();

        Tensor tensor(float[] theta);

        /** One of our parameters under one of its names; zeros in what else safari's tensor has and does not use. */
        record Parameter(String name, long[] shape, ParameterEntry entry) implements SafariTensor {
            @Override
            public Tensor tensor(float[] theta) {
                int offset = Math.toIntExact(entry.offset());
                int size = Math.toIntExact(entry.size());
                int elements = Math.toIntExact(Tensor.elements(shape));
                if (elements == size) {
                    return new Tensor(name, shape, theta, offset);
                }
                return new Tensor(
                        name, shape, Arrays.copyOf(Arrays.copyOfRange(theta, offset, offset + size), elements), 0);
            }
        }

        /** Computed from the settings and never trained. */
        record Constant(String name, long[] shape, double[] values) implements SafariTensor {
            @Override
            public Tensor tensor(float[] theta) {
                float[] rounded = new float[values.length];
                for (int i = 0; i < rounded.length; i++) {
                    rounded[i] = (float) values[i];
                }
                return new Tensor(name, shape, rounded, 0);
            }
        }

        /** Without effect: zeros. */
        record Unused(String name, long[] shape) implements SafariTensor {
            @Override
            public Tensor tensor(float[] theta) {
                return new Tensor(name, shape, new float[Math.toIntExact(Tensor.elements(shape))], 0);
            }
        }
    }
}
