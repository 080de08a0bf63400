package io.github.hyenaspark.exchange;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.hyenaspark.io.CorruptFileException;
import io.github.hyenaspark.io.Json;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Converts an architecture to the arguments of safari's {@code ConvLMHeadModel} and back. A missing key has safari's
 * default, keys that compute nothing are ignored, and what would make a different model is refused.
 */
public final class SafariConfig {
    private static final JsonNodeFactory NODES = JsonNodeFactory.instance;
    private static final String LAYER = "layer";
    private static final String VOCABULARY = "vocab_size";

    /** A value with our key and safari's, and safari's default. */
    private record Key(String ours, String safari, JsonNode absent) {}

    private static final List<Key> KEYS = List.of(
            new Key("d-model", "d_model", NODES.missingNode()),
            new Key("n-layer", "n_layer", NODES.missingNode()),
            new Key("d-inner", "d_inner", NODES.missingNode()),
            new Key("dropout", "resid_dropout", NODES.numberNode(0.0)),
            new Key("embed-dropout", "embed_dropout", NODES.numberNode(0.1)),
            new Key("vocab-multiple", "pad_vocab_size_multiple", NODES.numberNode(1)),
            new Key("init-std", "initializer_cfg.initializer_range", NODES.numberNode(0.02)),
            new Key("l-max", "layer.l_max", NODES.missingNode()),
            new Key("order", "layer.order", NODES.numberNode(2)),
            new Key("num-heads", "layer.num_heads", NODES.numberNode(1)),
            new Key("short-len", "layer.short_filter_order", NODES.numberNode(3)),
            new Key("activation", "layer.activation", NODES.textNode("id")),
            new Key("post-order-mixing", "layer.post_order_ffn", NODES.booleanNode(false)),
            new Key("outer-mixing", "layer.outer_mixing", NODES.booleanNode(false)),
            new Key("direct-term", "layer.bias", NODES.booleanNode(true)),
            new Key("filter.width", "layer.filter_order", NODES.numberNode(64)),
            new Key("filter.emb", "layer.emb_dim", NODES.numberNode(3)),
            new Key("filter.hidden-layers", "layer.num_inner_mlps", NODES.numberNode(2)),
            new Key("filter.sin-freq", "layer.w", NODES.numberNode(1)),
            new Key("filter.modulate", "layer.modulate", NODES.booleanNode(true)),
            new Key("filter.shift", "layer.shift", NODES.numberNode(0.0)),
            new Key("filter.decay-target", "layer.target", NODES.numberNode(0.01)),
            new Key("filter.fast-decay-pct", "layer.fast_decay_pct", NODES.numberNode(0.3)),
            new Key("filter.slow-decay-pct", "layer.slow_decay_pct", NODES.numberNode(1.5)),
            new Key("filter.normalized", "layer.normalized", NODES.booleanNode(false)));

    /** Learning rates in safari; our settings only say whether they are 0, the rate itself is a training setting. */
    private static final List<Key> TRAINED = List.of(
            new Key("filter.train-positions", "layer.lr_pos_emb", NODES.numberNode(1e-5)),
            new Key("filter.train-decay", "layer.modulation_lr", NODES.numberNode(0.0)));

    private static final double RATE_OF_TRAINED_DECAY = 1e-3;

    /** Keys that must have this value. */
    private static final Map<String, JsonNode> FIXED = Map.of(
            "layer_norm_epsilon", NODES.numberNode(1e-5),
            "max_position_embeddings", NODES.numberNode(0),
            "layer._name_", NODES.textNode("hyena"),
            "layer.filter_cls", NODES.textNode("hyena-filter"),
            "layer.inner_factor", NODES.numberNode(1),
            "layer.num_blocks", NODES.numberNode(1),
            "layer.dropout", NODES.numberNode(0));

    /** Keys that do not affect what is computed. */
    private static final Set<String> IGNORED = Set.of(
            "_name_",
            "architectures",
            "model_type",
            "torch_dtype",
            "hyena_spark",
            "fused_mlp",
            "fused_dropout_add_ln",
            "residual_in_fp32",
            "sequence_parallel",
            "use_flashfftconv",
            "checkpoint_mlp",
            "checkpoint_mixer",
            "layer.d_model",
            "layer.lr",
            "layer.wd",
            "layer.local_order", // unknown to safari itself
            "layer.filter_dropout", // accepted but not applied by safari
            "layer.fused_bias_fc",
            "layer.fused_fft_conv",
            "layer.use_flashfftconv",
            "layer.jit_filter",
            "layer.return_state");

    private SafariConfig() {}

    /** The arguments of a model, from its settings {@code model} and V before padding. */
    public static ObjectNode of(JsonNode model, int vocabularySize) {
        ObjectNode config = Json.object();
        config.putArray("architectures").add("ConvLMHeadModel");
        config.put("torch_dtype", "float32").put(VOCABULARY, vocabularySize);
        config.putObject(LAYER).put("_name_", "hyena");
        for (Key key : KEYS) {
            put(config, key.safari(), at(model, key.ours()));
        }
        if (config.get("d_inner").asInt() == 0) {
            config.put("d_inner", 4 * config.get("d_model").asInt());
        }
        for (Key key : TRAINED) {
            double rate = key.absent().doubleValue() == 0
                    ? RATE_OF_TRAINED_DECAY
                    : key.absent().doubleValue();
            put(config, key.safari(), NODES.numberNode(at(model, key.ours()).booleanValue() ? rate : 0));
        }
        return config;
    }

    /** V before padding; {@code file} is for the message. */
    public static int vocabularySize(String file, JsonNode config) throws CorruptFileException {
        return Math.toIntExact(Json.wholeNumber(config, file, VOCABULARY));
    }

    /**
     * The settings of the same model as {@code key=value}; IllegalArgumentException if it needs what we lack, or lacks
     * a required key. {@code file} is for messages.
     */
    public static List<String> settings(String file, JsonNode config) {
        refuseUnknown(file, config);
        FIXED.forEach((path, only) -> {
            JsonNode found = at(config, path);
            boolean same = only.isNumber() ? found.asDouble() == only.asDouble() : found.equals(only);
            if (!found.isMissingNode() && !same) {
                throw new IllegalArgumentException(
                        file + ": found " + path + " " + found + ", expected " + only + "; other models are not known");
            }
        });
        List<String> settings = new ArrayList<>();
        for (Key key : KEYS) {
            JsonNode found = at(config, key.safari());
            JsonNode value = found.isMissingNode() || found.isNull() ? key.absent() : found;
            if (!value.isValueNode() || value.isMissingNode()) {
                throw new IllegalArgumentException(file + ": found no " + key.safari() + ", expected a value");
            }
            settings.add("model." + key.ours() + "=" + value.asText());
        }
        for (Key key : TRAINED) {
            JsonNode found = at(config, key.safari());
            double rate = (found.isNumber() ? found : key.absent()).doubleValue();
            settings.add("model." + key.ours() + "=" + (rate != 0));
        }
        return List.copyOf(settings);
    }

    private static void refuseUnknown(String file, JsonNode config) {
        Set<String> known = new LinkedHashSet<>(IGNORED);
        known.addAll(FIXED.keySet());
        known.add(VOCABULARY);
        KEYS.forEach(key -> known.add(key.safari()));
        TRAINED.forEach(key -> known.add(key.safari()));
        for (String path : paths(config)) {
            if (!known.contains(path)) {
                throw new IllegalArgumentException(file + ": found the key " + path
                        + ", which means nothing to this model; leave it out if it decides nothing that is computed");
            }
        }
    }

    /** The paths of a tree, down to the level at which keys are known. */
    private static List<String> paths(JsonNode config) {
        List<String> paths = new ArrayList<>();
        config.properties().forEach(field -> {
            if (field.getKey().equals(LAYER) || field.getKey().equals("initializer_cfg")) {
                field.getValue().fieldNames().forEachRemaining(name -> paths.add(field.getKey() + "." + name));
            } else {
                paths.add(field.getKey());
            }
        });
        return paths;
    }

    private static JsonNode at(JsonNode tree, String path) {
        return tree.at("/" + path.replace('.', '/'));
    }

    private static void put(ObjectNode tree, String path, JsonNode value) {
        int dot = path.indexOf('.');
        if (dot < 0) {
            tree.set(path, value);
        } else {
            tree.withObject("/" + path.substring(0, dot)).set(path.substring(dot + 1), value);
        }
    }
}
