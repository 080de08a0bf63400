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

/**
 * Writes and reads JSON trees. Keys keep their insertion order, so equal trees give equal bytes. The typed getters take
 * an object, the name of its file for the message, and a required key.
 */
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

    /**
     * Parses one JSON value in UTF-8.
     *
     * @param name of the file, for the message
     * @throws CorruptFileException if it is not JSON, repeats a key of an object or has trailing content
     */
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

    /** A text. */
    public static String text(JsonNode node, String file, String key) throws CorruptFileException {
        JsonNode value = required(node, file, key);
        return check(value.isTextual(), value, file, key, "text").textValue();
    }

    public static long wholeNumber(JsonNode node, String file, String key) throws CorruptFileException {
        JsonNode value = required(node, file, key);
        return check(value.isIntegralNumber() && value.canConvertToLong(), value, file, key, "a whole number")
                .longValue();
    }

    public static double number(JsonNode node, String file, String key) throws CorruptFileException {
        JsonNode value = required(node, file, key);
        return check(value.isNumber(), value, file, key, "a number").doubleValue();
    }

    public static ObjectNode object(JsonNode node, String file, String key) throws CorruptFileException {
        JsonNode value = required(node, file, key);
        return (ObjectNode) check(value.isObject(), value, file, key, "an object");
    }

    public static List<JsonNode> elements(JsonNode node, String file, String key) throws CorruptFileException {
        JsonNode value = required(node, file, key);
        List<JsonNode> elements = new ArrayList<>();
        check(value.isArray(), value, file, key, "an array").forEach(elements::add);
        return List.copyOf(elements);
    }

    private static JsonNode required(JsonNode node, String file, String key) throws CorruptFileException {
        JsonNode value = node.get(key);
        if (value == null) {
            throw new CorruptFileException(
                    file, "the key \"" + key + "\"", node.isObject() ? "only " + keys(node) : shortened(node));
        }
        return value;
    }

    private static JsonNode check(boolean fits, JsonNode value, String file, String key, String expected)
            throws CorruptFileException {
        if (!fits) {
            throw new CorruptFileException(file, expected + " as \"" + key + "\"", shortened(value));
        }
        return value;
    }

    private static List<String> keys(JsonNode node) {
        List<String> keys = new ArrayList<>();
        node.fieldNames().forEachRemaining(keys::add);
        return keys;
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
