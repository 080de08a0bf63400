package io.github.hyenaspark.golden;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.github.hyenaspark.operator.attention.AttentionConfig;
import io.github.hyenaspark.operator.conv.ConvConfig;
import io.github.hyenaspark.operator.filter.ExplicitFilter;
import io.github.hyenaspark.operator.filter.FilterConfig;
import io.github.hyenaspark.operator.h3.H3Config;
import io.github.hyenaspark.operator.hyena.HyenaConfig;
import io.github.hyenaspark.operator.nn.MixerConfig;
import io.github.hyenaspark.operator.recurrent.RecurrentConfig;
import io.github.hyenaspark.operator.tensor.Activation;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;

/** One file of golden values. */
record GoldenFile(String name, JsonNode root) {
    /** The files of the folder named by the system property {@code hyena.golden}. */
    static List<GoldenFile> all() throws IOException {
        Path folder = Path.of(System.getProperty("hyena.golden", "src/test/resources/golden"));
        try (Stream<Path> files = Files.list(folder)) {
            List<GoldenFile> golden = files.filter(
                            file -> file.getFileName().toString().endsWith(".json"))
                    .sorted()
                    .map(GoldenFile::read)
                    .toList();
            if (golden.isEmpty()) {
                throw new IllegalStateException("no golden file in " + folder.toAbsolutePath());
            }
            return golden;
        }
    }

    private static GoldenFile read(Path file) {
        try {
            return new GoldenFile(file.getFileName().toString(), new ObjectMapper().readTree(file.toFile()));
        } catch (IOException e) {
            throw new UncheckedIOException(file.toString(), e);
        }
    }

    String kind() {
        return root.required("kind").asText();
    }

    /** The configuration of a mixer by its name in settings. */
    static MixerConfig mixerConfig(String mixer, JsonNode config) {
        int width = config.required("d_model").asInt();
        int maxLength = config.required("l_max").asInt();
        return switch (mixer) {
            case "hyena" -> operatorConfig(config, width, maxLength);
            case "hyena-se", "hyena-mr" ->
                operatorConfig(config, width, maxLength)
                        .with(
                                ExplicitFilter.Inner.Kind.valueOf(
                                        mixer.substring(6).toUpperCase(Locale.ROOT)),
                                config.required("taps").asInt(),
                                config.required("group").asInt());
            case "rnn", "lstm", "gru" ->
                new RecurrentConfig(RecurrentConfig.Cell.valueOf(mixer.toUpperCase(Locale.ROOT)), width, maxLength);
            case "attention" ->
                new AttentionConfig(
                        width,
                        maxLength,
                        config.required("heads").asInt(),
                        config.required("rotary").asBoolean());
            case "h3" ->
                new H3Config(
                        width,
                        maxLength,
                        config.required("states").asInt(),
                        config.required("head_dim").asInt());
            case "conv" ->
                new ConvConfig(width, maxLength, config.required("taps").asInt());
            default -> throw new IllegalStateException("unknown mixer " + mixer);
        };
    }

    /** The operator's configuration; keys that are absent have the reference's defaults. */
    static HyenaConfig operatorConfig(JsonNode config, int width, int maxLength) {
        FilterConfig filter = new FilterConfig(
                FilterConfig.Kind.valueOf(
                        config.path("filter_kind").asText("implicit").toUpperCase(Locale.ROOT)),
                config.path("filter_width").asInt(64),
                config.path("filter_emb").asInt(3),
                config.path("filter_hidden_layers").asInt(2),
                config.path("sin_freq").asDouble(1),
                config.path("modulate").asBoolean(true),
                config.path("shift").asDouble(0),
                config.path("decay_target").asDouble(0.01),
                config.path("fast_decay_pct").asDouble(0.3),
                config.path("slow_decay_pct").asDouble(1.5),
                config.path("normalized").asBoolean(false),
                config.path("train_positions").asBoolean(true),
                config.path("train_decay").asBoolean(false),
                config.path("filter_modes").asInt(16),
                config.path("filter_states").asInt(64));
        return new HyenaConfig(
                width,
                maxLength,
                config.path("order").asInt(2),
                config.path("num_heads").asInt(1),
                config.path("short_len").asInt(3),
                Activation.valueOf(config.path("activation").asText("id").toUpperCase(Locale.ROOT)),
                config.path("post_order_ffn").asBoolean(false),
                config.path("outer_mixing").asBoolean(false),
                config.path("use_bias").asBoolean(true),
                config.path("dropout").asDouble(0),
                filter);
    }

    /** The operator's parameters (or their gradients) under our names; {@code prefix} is cut off. */
    static Map<String, double[]> operatorParameters(JsonNode parameters, String prefix, String field) {
        Map<String, double[]> values = new LinkedHashMap<>();
        for (JsonNode parameter : parameters) {
            String name = parameter.required("name").asText();
            if (name.startsWith(prefix)) {
                values.put(operatorName(name.substring(prefix.length())), doubles(parameter.required(field)));
            }
        }
        return values;
    }

    /** Our name of one of the operator's parameters. */
    static String operatorName(String name) {
        return switch (name) {
            case "short_w" -> "short.weight";
            case "short_b" -> "short.bias";
            case "head_mix" -> "head-mix";
            case "filter.z" -> "filter.positions";
            case "filter.freq" -> "filter.frequency";
            case "filter.D" -> "filter.direct";
            case "filter.deltas" -> "filter.decay";
            default ->
                name.replace("in_proj.", "in.")
                        .replace("out_proj.", "out.")
                        .replace("filter.layers.", "filter.")
                        .replace("filter.last.", "filter.out.");
        };
    }

    static double[] doubles(JsonNode array) {
        JsonNode values = array.has("values") ? array.required("values") : array;
        double[] result = new double[values.size()];
        for (int i = 0; i < result.length; i++) {
            result[i] = values.get(i).asDouble();
        }
        return result;
    }

    static int[] ints(JsonNode array) {
        JsonNode values = array.required("values");
        int[] result = new int[values.size()];
        for (int i = 0; i < result.length; i++) {
            result[i] = values.get(i).asInt();
        }
        return result;
    }

    /** B×L×D to B×D×L. */
    static double[] timeLast(double[] values, int batch, int length) {
        int width = values.length / batch / length;
        double[] turned = new double[values.length];
        for (int b = 0; b < batch; b++) {
            for (int t = 0; t < length; t++) {
                for (int d = 0; d < width; d++) {
                    turned[(b * width + d) * length + t] = values[(b * length + t) * width + d];
                }
            }
        }
        return turned;
    }
}
