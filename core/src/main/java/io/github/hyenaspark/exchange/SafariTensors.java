package io.github.hyenaspark.exchange;

import io.github.hyenaspark.exchange.SafariLayout.SafariTensor.Constant;
import io.github.hyenaspark.exchange.SafariLayout.SafariTensor.Parameter;
import io.github.hyenaspark.io.CorruptFileException;
import io.github.hyenaspark.io.safetensors.Safetensors.Tensor;
import io.github.hyenaspark.model.ModelConfig;
import io.github.hyenaspark.model.ParameterEntry;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Converts the parameters of a language model to tensors that safari's {@code ConvLMHeadModel} loads strictly, and
 * back, also without the constants or with only one of several names of a parameter.
 */
public final class SafariTensors {
    /** Errors of the constants in float32 are about 1e-5; another formula differs by more. */
    private static final double CONSTANT_TOLERANCE = 1e-3;

    private static final int NAMED = 6;

    private final List<SafariLayout.SafariTensor> layout;
    private final int parameters;

    private SafariTensors(List<SafariLayout.SafariTensor> layout, int parameters) {
        this.layout = layout;
        this.parameters = parameters;
    }

    /** The tensors of one architecture; IllegalArgumentException if safari lacks it, or the table is of another. */
    public static SafariTensors of(ModelConfig config, List<ParameterEntry> table) {
        long parameters = table.stream().mapToLong(ParameterEntry::size).sum();
        return new SafariTensors(SafariLayout.of(config, table), Math.toIntExact(parameters));
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
        for (SafariLayout.SafariTensor target : layout) {
            Tensor tensor = found.get(target.name());
            if (tensor != null && target instanceof Parameter parameter) {
                String first = sources.putIfAbsent(parameter.entry().name(), target.name());
                copy(file, tensor, parameter.entry(), theta, first == null ? "" : first);
            } else if (tensor != null && target instanceof Constant constant) {
                refuseOther(file, tensor, constant);
            }
        }
        return theta;
    }

    private void refuseMisfits(String file, Map<String, Tensor> found) throws CorruptFileException {
        Map<String, Tensor> extra = new LinkedHashMap<>(found);
        Map<String, String> missing = new LinkedHashMap<>(); // by parameter, the first of its names
        List<String> shapes = new ArrayList<>();
        for (SafariLayout.SafariTensor target : layout) {
            Tensor tensor = extra.remove(target.name());
            if (tensor != null && !Arrays.equals(tensor.shape(), target.shape())) {
                shapes.add(target.name() + " " + Arrays.toString(tensor.shape()) + " instead of "
                        + Arrays.toString(target.shape()));
            }
            if (target instanceof Parameter parameter) {
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

    private static void refuseOther(String file, Tensor tensor, Constant constant) throws CorruptFileException {
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
}
