package io.github.hyenaspark.layers;

import io.github.hyenaspark.operator.Activation;
import io.github.hyenaspark.operator.BlockConfig;
import io.github.hyenaspark.operator.FilterConfig;
import io.github.hyenaspark.operator.HyenaConfig;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/** Configurations as the maps that DL4J's JSON keeps them in; keys are those of the settings. */
final class ConfigTree {
    private final Map<String, Object> values;

    private ConfigTree(Map<String, Object> values) {
        this.values = values;
    }

    static Map<String, Object> of(HyenaConfig config) {
        Map<String, Object> tree = new TreeMap<>();
        tree.put("d-model", config.width());
        tree.put("l-max", config.maxLength());
        tree.put("order", config.order());
        tree.put("num-heads", config.heads());
        tree.put("short-len", config.shortLength());
        tree.put("activation", config.activation().name().toLowerCase(Locale.ROOT));
        tree.put("post-order-mixing", config.postOrderMixing());
        tree.put("outer-mixing", config.outerMixing());
        tree.put("direct-term", config.directTerm());
        tree.put("dropout", config.dropout());
        tree.put("filter", of(config.filter()));
        return tree;
    }

    private static Map<String, Object> of(FilterConfig config) {
        Map<String, Object> tree = new TreeMap<>();
        tree.put("kind", config.kind());
        tree.put("width", config.width());
        tree.put("emb", config.emb());
        tree.put("hidden-layers", config.hiddenLayers());
        tree.put("sin-freq", config.sinFreq());
        tree.put("modulate", config.modulate());
        tree.put("shift", config.shift());
        tree.put("decay-target", config.decayTarget());
        tree.put("fast-decay-pct", config.fastDecayPct());
        tree.put("slow-decay-pct", config.slowDecayPct());
        tree.put("normalized", config.normalized());
        tree.put("train-positions", config.trainPositions());
        tree.put("train-decay", config.trainDecay());
        return tree;
    }

    static Map<String, Object> of(BlockConfig config) {
        Map<String, Object> tree = new TreeMap<>();
        tree.put("mixer", of(config.mixer()));
        tree.put("d-inner", config.innerWidth());
        tree.put("dropout", config.dropout());
        return tree;
    }

    static HyenaConfig hyena(Map<String, Object> values) {
        ConfigTree tree = new ConfigTree(values);
        return new HyenaConfig(
                tree.integer("d-model"),
                tree.integer("l-max"),
                tree.integer("order"),
                tree.integer("num-heads"),
                tree.integer("short-len"),
                Activation.valueOf(tree.text("activation").toUpperCase(Locale.ROOT)),
                tree.flag("post-order-mixing"),
                tree.flag("outer-mixing"),
                tree.flag("direct-term"),
                tree.number("dropout"),
                filter(tree.tree("filter")));
    }

    private static FilterConfig filter(Map<String, Object> values) {
        ConfigTree tree = new ConfigTree(values);
        return new FilterConfig(
                tree.text("kind"),
                tree.integer("width"),
                tree.integer("emb"),
                tree.integer("hidden-layers"),
                tree.number("sin-freq"),
                tree.flag("modulate"),
                tree.number("shift"),
                tree.number("decay-target"),
                tree.number("fast-decay-pct"),
                tree.number("slow-decay-pct"),
                tree.flag("normalized"),
                tree.flag("train-positions"),
                tree.flag("train-decay"));
    }

    static BlockConfig block(Map<String, Object> values) {
        ConfigTree tree = new ConfigTree(values);
        return new BlockConfig(hyena(tree.tree("mixer")), tree.integer("d-inner"), tree.number("dropout"));
    }

    private Object value(String key) {
        Object value = values.get(key);
        if (value == null) {
            throw new IllegalArgumentException("layer configuration: no " + key + " among " + values.keySet());
        }
        return value;
    }

    private int integer(String key) {
        return ((Number) value(key)).intValue();
    }

    private double number(String key) {
        return ((Number) value(key)).doubleValue();
    }

    private boolean flag(String key) {
        return (Boolean) value(key);
    }

    private String text(String key) {
        return (String) value(key);
    }

    @SuppressWarnings("unchecked") // JSON objects have string keys
    private Map<String, Object> tree(String key) {
        return (Map<String, Object>) value(key);
    }
}
