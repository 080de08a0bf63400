package io.github.hyenaspark.io;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.core.StreamWriteFeature;
import com.fasterxml.jackson.core.util.DefaultIndenter;
import com.fasterxml.jackson.core.util.DefaultPrettyPrinter;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import java.util.stream.Stream;

/**
 * Writes and reads JSON trees, token by token: starting an object mapper takes longer than all else that
 * {@code inspect} does. Keys keep their insertion order, so equal trees give equal bytes. The typed getters take an
 * object, the name of its file for the message, and a required key.
 */
public final class Json {
    private static final JsonFactory FACTORY = JsonFactory.builder()
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .enable(StreamWriteFeature.WRITE_BIGDECIMAL_AS_PLAIN)
            .build();
    private static final DefaultPrettyPrinter INDENTED = new DefaultPrettyPrinter()
            .withObjectIndenter(new DefaultIndenter("  ", "\n"))
            .withArrayIndenter(new DefaultIndenter("  ", "\n"));

    private Json() {}

    public static ObjectNode object() {
        return JsonNodeFactory.instance.objectNode();
    }

    public static ArrayNode array() {
        return JsonNodeFactory.instance.arrayNode();
    }

    /** One JSON value in UTF-8, without repeated keys or trailing content; {@code name} is for the message. */
    public static JsonNode parse(String name, byte[] bytes) throws CorruptFileException {
        String text;
        try {
            text = StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes))
                    .toString();
        } catch (CharacterCodingException e) {
            throw new CorruptFileException(name, "JSON in UTF-8", "other bytes");
        }
        try (JsonParser parser = FACTORY.createParser(text)) {
            if (parser.nextToken() == null) {
                throw new CorruptFileException(name, "JSON", "nothing");
            }
            JsonNode tree = tree(parser);
            if (parser.nextToken() != null) {
                throw new CorruptFileException(
                        name, "JSON", "more after its end" + place(parser.currentTokenLocation()));
            }
            return tree;
        } catch (JsonProcessingException e) {
            String place = e.getLocation() == null ? "" : place(e.getLocation());
            throw new CorruptFileException(name, "JSON", "\"" + e.getOriginalMessage() + "\"" + place);
        } catch (CorruptFileException e) {
            throw e;
        } catch (IOException e) {
            throw new UncheckedIOException("JSON in memory could not be read", e);
        }
    }

    private static String place(JsonLocation location) {
        return " in line " + location.getLineNr() + ", column " + location.getColumnNr();
    }

    private static JsonNode tree(JsonParser parser) throws IOException {
        JsonNodeFactory nodes = JsonNodeFactory.instance;
        return switch (parser.currentToken()) {
            case START_OBJECT -> {
                ObjectNode object = nodes.objectNode();
                for (String key = parser.nextFieldName(); key != null; key = parser.nextFieldName()) {
                    parser.nextToken();
                    object.set(key, tree(parser));
                }
                yield object;
            }
            case START_ARRAY -> {
                ArrayNode array = nodes.arrayNode();
                while (parser.nextToken() != JsonToken.END_ARRAY) {
                    array.add(tree(parser));
                }
                yield array;
            }
            case VALUE_TRUE -> nodes.booleanNode(true);
            case VALUE_FALSE -> nodes.booleanNode(false);
            case VALUE_NULL -> nodes.nullNode();
            case VALUE_NUMBER_FLOAT -> nodes.numberNode(parser.getDoubleValue());
            case VALUE_NUMBER_INT ->
                switch (parser.getNumberType()) {
                    case INT -> nodes.numberNode(parser.getIntValue());
                    case LONG -> nodes.numberNode(parser.getLongValue());
                    default -> nodes.numberNode(parser.getBigIntegerValue());
                };
            default -> nodes.textNode(parser.getText());
        };
    }

    /** Indented, in UTF-8, with a final newline: for files that people read. */
    public static byte[] bytes(JsonNode tree) {
        return (written(tree, true) + "\n").getBytes(StandardCharsets.UTF_8);
    }

    /** On one line, without a final newline. */
    public static String line(JsonNode tree) {
        return written(tree, false);
    }

    /** Adds a number, or null if it is NaN or infinite. */
    public static void putFinite(ObjectNode json, String key, double number) {
        if (Double.isFinite(number)) {
            json.put(key, number);
        } else {
            json.putNull(key);
        }
    }

    /** The values in an object and in those below it, by their keys with dots between. */
    public static Map<String, JsonNode> flat(JsonNode object) {
        Map<String, JsonNode> values = new LinkedHashMap<>();
        for (Map.Entry<String, JsonNode> field : object.properties()) {
            if (field.getValue().isObject()) {
                flat(field.getValue()).forEach((key, value) -> values.put(field.getKey() + "." + key, value));
            } else {
                values.put(field.getKey(), field.getValue());
            }
        }
        return values;
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

    /** Reads an object of a list; {@code file} is for messages. */
    @FunctionalInterface
    public interface Reader<T> {
        T read(JsonNode json, String file) throws CorruptFileException;
    }

    public static <T> List<T> list(JsonNode node, String file, String key, Reader<T> reader)
            throws CorruptFileException {
        List<T> list = new ArrayList<>();
        for (JsonNode element : elements(node, file, key)) {
            list.add(reader.read(element, file));
        }
        return list;
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

    private static String written(JsonNode tree, boolean indented) {
        StringWriter text = new StringWriter();
        try (JsonGenerator out = FACTORY.createGenerator(text)) {
            if (indented) {
                out.setPrettyPrinter(INDENTED.createInstance());
            }
            write(tree, out);
        } catch (IOException e) {
            throw new UncheckedIOException("a JSON tree in memory could not be written", e);
        }
        return text.toString();
    }

    private static void write(JsonNode node, JsonGenerator out) throws IOException {
        if (node instanceof ObjectNode object) {
            out.writeStartObject();
            for (Map.Entry<String, JsonNode> field : object.properties()) {
                out.writeFieldName(field.getKey());
                write(field.getValue(), out);
            }
            out.writeEndObject();
        } else if (node instanceof ArrayNode array) {
            out.writeStartArray();
            for (JsonNode element : array) {
                write(element, out);
            }
            out.writeEndArray();
        } else if (node.isNull()) {
            out.writeNull();
        } else {
            node.serialize(out, null); // scalars need no provider of serializers
        }
    }

    /** A JSON object whose last key holds the SHA-256 of all other bytes of its file. */
    public enum Sealed {
        /** The hash of the file without this key. */
        SEAL("seal", false),
        /** The hash of the file with zeros in place of the digits. */
        MANIFEST_SHA256("manifest_sha256", true);

        private static final int DIGITS = 64;
        private static final String END = "\n}\n";

        private final String key;
        private final String before;
        private final String hashed; // what ends the hashed bytes in place of the key

        Sealed(String name, boolean zeros) {
            key = name;
            before = ",\n  \"" + name + "\" : \"";
            hashed = zeros ? before + "0".repeat(DIGITS) + "\"\n}\n" : "\n}\n";
        }

        public byte[] seal(ObjectNode object) {
            object.remove(key);
            String open = new String(Json.bytes(object), ISO_8859_1);
            open = open.substring(0, open.length() - END.length());
            return (open + before + hash(open) + "\"" + END).getBytes(ISO_8859_1);
        }

        /** The object without its hash; CorruptFileException if a byte has changed since {@link #seal}. */
        public ObjectNode open(String file, byte[] bytes) throws CorruptFileException {
            String text = new String(bytes, ISO_8859_1);
            int digits = text.length() - DIGITS - 1 - END.length();
            if (!text.endsWith("\"" + END) || !text.startsWith(before, digits - before.length())) {
                throw new CorruptFileException(file, "the key " + key + " at the end", "none");
            }
            String found = text.substring(digits, digits + DIGITS);
            String computed = hash(text.substring(0, digits - before.length()));
            if (!found.equals(computed)) {
                throw new CorruptFileException(file, "bytes with the " + key + " " + found, computed);
            }
            ObjectNode object = (ObjectNode) Json.parse(file, bytes);
            object.remove(key);
            return object;
        }

        private String hash(String open) {
            return Hashes.sha256((open + hashed).getBytes(ISO_8859_1));
        }
    }
}
