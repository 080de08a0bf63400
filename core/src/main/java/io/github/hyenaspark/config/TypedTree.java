package io.github.hyenaspark.config;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.DecimalNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.typesafe.config.ConfigList;
import com.typesafe.config.ConfigObject;
import com.typesafe.config.ConfigValue;
import com.typesafe.config.ConfigValueFactory;
import com.typesafe.config.ConfigValueType;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** HOCON values as a normalised JSON tree: sorted keys, the types of the defaults, numbers in their shortest form. */
final class TypedTree {
    private static final JsonNodeFactory NODES = JsonNodeFactory.instance;
    private static final ConfigValue TEXT = ConfigValueFactory.fromAnyRef("");

    /** With more digits before or after the point, a number is infinite or zero as a double. */
    private static final int MOST_DIGITS = 400;

    /**
     * Lists that are empty by default and hold numbers; all others of these hold texts, which may look like numbers.
     */
    static final Set<String> NUMBERS = Set.of("positions", "rates");

    private TypedTree() {}

    private static JsonNode node(ConfigValue value, @Nullable ConfigValue like) {
        return switch (value.valueType()) {
            case OBJECT -> object((ConfigObject) value, like);
            case LIST -> list((ConfigList) value, elementLike(like));
            case NULL -> NODES.nullNode();
            case NUMBER, BOOLEAN, STRING -> scalar(value, like);
        };
    }

    static ObjectNode object(ConfigObject value, @Nullable ConfigValue like) {
        ObjectNode object = NODES.objectNode();
        for (String key : new TreeSet<>(value.keySet())) {
            ConfigValue childLike = like instanceof ConfigObject defaults ? defaults.get(key) : null;
            ConfigValue child = Objects.requireNonNull(value.get(key));
            boolean ofNumbers = child instanceof ConfigList && NUMBERS.contains(key);
            object.set(key, node(child, ofNumbers ? null : childLike));
        }
        return object;
    }

    private static ArrayNode list(ConfigList value, @Nullable ConfigValue elementLike) {
        ArrayNode array = NODES.arrayNode();
        value.forEach(element -> array.add(node(element, elementLike)));
        return array;
    }

    /** What elements are like; where the default is one text, a list has several. */
    private static @Nullable ConfigValue elementLike(@Nullable ConfigValue like) {
        if (like instanceof ConfigList defaults) {
            return defaults.isEmpty() ? TEXT : defaults.get(0);
        }
        return like != null && like.valueType() == ConfigValueType.STRING ? TEXT : null;
    }

    private static JsonNode scalar(ConfigValue value, @Nullable ConfigValue like) {
        // Not value.unwrapped(): only the text keeps a number's digits as written.
        String text = value.atKey("text").getString("text");
        ConfigValueType type = like == null ? value.valueType() : like.valueType();
        if (type == ConfigValueType.STRING) {
            return NODES.textNode(text);
        }
        if (text.equals("true") || text.equals("false")) {
            return NODES.booleanNode(text.equals("true"));
        }
        return value.valueType() == ConfigValueType.NUMBER || type == ConfigValueType.NUMBER
                ? number(text)
                : NODES.textNode(text);
    }

    private static JsonNode number(String text) {
        BigDecimal number;
        try {
            number = new BigDecimal(text).stripTrailingZeros();
        } catch (NumberFormatException e) {
            return NODES.textNode(text);
        }
        if (Math.abs((long) number.scale()) > MOST_DIGITS) {
            return NODES.textNode(text);
        }
        if (number.scale() > 0) {
            return DecimalNode.valueOf(number);
        }
        BigInteger whole = number.toBigIntegerExact();
        return whole.bitLength() < Long.SIZE ? NODES.numberNode(whole.longValue()) : NODES.numberNode(whole);
    }
}
