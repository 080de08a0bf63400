package io.github.hyenaspark.io;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.core.util.DefaultIndenter;
import com.fasterxml.jackson.core.util.DefaultPrettyPrinter;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectWriter;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import java.util.stream.Stream;

/** JSON trees whose keys keep their insertion order. Typed getters take an object, its file for messages, a key. */
public final class Json {
    private static final JsonMapper MAPPER = JsonMapper.builder()
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build();
    private static final ObjectWriter INDENTED = MAPPER.writer(new DefaultPrettyPrinter()
            .withObjectIndenter(new DefaultIndenter("  ", "\n"))
            .withArrayIndenter(new DefaultIndenter("  ", "\n")));

    private Json() {}

    public static ObjectNode object() {
        return JsonNodeFactory.instance.objectNode();
    }

    public static ArrayNode array() {
        return JsonNodeFactory.instance.arrayNode();
    }

    /** One JSON value in UTF-8, without repeated keys or trailing content; {@code name} is for the message. */
    public static JsonNode parse(String name, byte[] bytes) throws CorruptFileException {
        JsonNode tree;
        try {
            tree = MAPPER.readTree(StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes))
                    .toString());
        } catch (CharacterCodingException e) {
            throw new CorruptFileException(name, "JSON in UTF-8", "other bytes");
        } catch (JsonProcessingException e) {
            String place = e.getLocation() == null
                    ? ""
                    : " in line " + e.getLocation().getLineNr() + ", column "
                            + e.getLocation().getColumnNr();
            throw new CorruptFileException(name, "JSON", "\"" + e.getOriginalMessage() + "\"" + place);
        }
        if (tree.isMissingNode()) {
            throw new CorruptFileException(name, "JSON", "nothing");
        }
        return tree;
    }

    /** Indented, in UTF-8, with a final newline: for files that people read. */
    public static byte[] bytes(JsonNode tree) {
        return (written(INDENTED, tree) + "\n").getBytes(StandardCharsets.UTF_8);
    }

    /** On one line, without a final newline. */
    public static String line(JsonNode tree) {
        return written(MAPPER.writer(), tree);
    }

    /** Adds a number, or null if it is NaN or infinite. */
    public static void putFinite(ObjectNode json, String key, double number) {
        if (Double.isFinite(number)) {
            json.put(key, number);
        } else {
            json.putNull(key);
        }
    }

    public static String text(JsonNode node, String file, String key) throws CorruptFileException {
        return typed(node, file, key, JsonNode::isTextual, "text").textValue();
    }

    public static long wholeNumber(JsonNode node, String file, String key) throws CorruptFileException {
        return typed(node, file, key, v -> v.isIntegralNumber() && v.canConvertToLong(), "a whole number")
                .longValue();
    }

    public static double number(JsonNode node, String file, String key) throws CorruptFileException {
        return typed(node, file, key, JsonNode::isNumber, "a number").doubleValue();
    }

    public static ObjectNode object(JsonNode node, String file, String key) throws CorruptFileException {
        return (ObjectNode) typed(node, file, key, JsonNode::isObject, "an object");
    }

    public static List<JsonNode> elements(JsonNode node, String file, String key) throws CorruptFileException {
        List<JsonNode> elements = new ArrayList<>();
        typed(node, file, key, JsonNode::isArray, "an array").forEach(elements::add);
        return List.copyOf(elements);
    }

    private static JsonNode typed(JsonNode node, String file, String key, Predicate<JsonNode> fits, String expected)
            throws CorruptFileException {
        JsonNode value = node.get(key);
        if (value == null) {
            Stream<String> keys = node.properties().stream().map(Map.Entry::getKey);
            throw new CorruptFileException(
                    file, "the key \"" + key + "\"", node.isObject() ? "only " + keys.toList() : shortened(node));
        }
        if (!fits.test(value)) {
            throw new CorruptFileException(file, expected + " as \"" + key + "\"", shortened(value));
        }
        return value;
    }

    private static String shortened(JsonNode value) {
        String text = line(value);
        return text.length() <= 80 ? text : text.substring(0, 77) + "...";
    }

    private static String written(ObjectWriter writer, JsonNode tree) {
        try {
            return writer.writeValueAsString(tree);
        } catch (IOException e) {
            throw new UncheckedIOException("a JSON tree in memory could not be written", e);
        }
    }
}
