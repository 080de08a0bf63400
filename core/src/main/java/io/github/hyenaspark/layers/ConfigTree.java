package io.github.hyenaspark.layers;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.github.hyenaspark.operator.block.BlockConfig;
import io.github.hyenaspark.operator.block.Mixer;
import io.github.hyenaspark.operator.nn.MixerConfig;
import java.util.Map;
import java.util.TreeMap;

/** Configurations as the maps that DL4J's JSON keeps them in; keys are the components of the records. */
final class ConfigTree {
    private static final String MIXER = "mixer";
    private static final String KIND = "kind";
    private static final String INNER_WIDTH = "inner-width";
    private static final String DROPOUT = "dropout";
    private static final JsonMapper MAPPER = JsonMapper.builder()
            .propertyNamingStrategy(PropertyNamingStrategies.KEBAB_CASE)
            .enable(DeserializationFeature.FAIL_ON_MISSING_CREATOR_PROPERTIES)
            .enable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
            .build();

    private ConfigTree() {}

    static Map<String, Object> of(MixerConfig config) {
        return MAPPER.convertValue(config, new TypeReference<TreeMap<String, Object>>() {});
    }

    static Map<String, Object> of(BlockConfig config) {
        Map<String, Object> mixer = of(config.mixer());
        mixer.put(KIND, Mixer.of(config.mixer()).name());
        Map<String, Object> tree = new TreeMap<>();
        tree.put(MIXER, mixer);
        tree.put(INNER_WIDTH, config.innerWidth());
        tree.put(DROPOUT, config.dropout());
        return tree;
    }

    static <T extends MixerConfig> T mixer(Map<String, Object> tree, Class<T> type) {
        return MAPPER.convertValue(tree, type);
    }

    static BlockConfig block(Map<String, Object> tree) {
        Map<String, Object> mixer = new TreeMap<>(part(tree, MIXER));
        Mixer kind = Mixer.valueOf(String.valueOf(mixer.remove(KIND)));
        double innerWidth = number(tree, INNER_WIDTH);
        return new BlockConfig(mixer(mixer, kind.configuration()), (int) innerWidth, number(tree, DROPOUT));
    }

    private static double number(Map<String, Object> tree, String key) {
        return ((Number) value(tree, key)).doubleValue();
    }

    @SuppressWarnings("unchecked") // JSON objects have string keys
    private static Map<String, Object> part(Map<String, Object> tree, String key) {
        return (Map<String, Object>) value(tree, key);
    }

    private static Object value(Map<String, Object> tree, String key) {
        Object value = tree.get(key);
        if (value == null) {
            throw new IllegalArgumentException("layer configuration: no " + key + " among " + tree.keySet());
        }
        return value;
    }
}
