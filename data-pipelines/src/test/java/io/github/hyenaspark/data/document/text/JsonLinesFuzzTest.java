package io.github.hyenaspark.data.document.text;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.json.JsonWriteFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.hyenaspark.data.document.stream.SliceReader;
import io.github.hyenaspark.data.testing.Readings;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Random lines, right and wrong ones: Jackson, UTF-8 decoding and the rules on top of JSON say what is right. */
class JsonLinesFuzzTest {
    private static final JsonMapper PLAIN = JsonMapper.builder()
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build();
    private static final JsonMapper ESCAPING =
            JsonMapper.builder().enable(JsonWriteFeature.ESCAPE_NON_ASCII).build();
    private static final String ALPHABET = "ab \"\\/\b\f\n\r\t\0\u001f\u007fé€\u2028";
    private static final String INSERTED = "{}[]\":,\\u09-+.eEtfn \t\r\u0000\u001f\u0080\u00c3\u00e9\u00ff";
    private static final int LINES = 6_000;

    @Test
    void randomObjectsAreReadAsJacksonReadsThem() throws IOException {
        Random random = new Random(1);
        for (int i = 0; i < LINES; i++) {
            byte[] line = randomLine(random);
            assertThat(found(line, i)).as("line %d: %s", i, latin(line)).isEqualTo(expected(line));
        }
    }

    @Test
    void mutatedLinesAreRefusedExactlyWhenTheyAreWrong() throws IOException {
        Random random = new Random(2);
        int refused = 0;
        for (int i = 0; i < 2 * LINES; i++) {
            byte[] line = mutated(randomLine(random), random);
            String expected = expected(line);
            refused += expected.equals("bad") ? 1 : 0;
            assertThat(found(line, i)).as("line %d: %s", i, latin(line)).isEqualTo(expected);
        }
        assertThat(refused).isBetween(LINES / 4, 2 * LINES - LINES / 4);
    }

    private static String latin(byte[] line) {
        return new String(line, StandardCharsets.ISO_8859_1);
    }

    private static byte[] randomLine(Random random) throws IOException {
        ObjectNode object = PLAIN.createObjectNode();
        List<String> names = Arrays.asList("text", "id", "source", "n", "other", "", "texts", "tex");
        Collections.shuffle(names, random);
        for (String name : names) {
            if (name.equals("text") ? random.nextInt(20) > 0 : random.nextBoolean()) {
                object.set(
                        name, name.equals("text") ? PLAIN.getNodeFactory().textNode(text(random)) : value(random, 0));
            }
        }
        JsonMapper mapper = random.nextBoolean() ? PLAIN : ESCAPING;
        return (random.nextBoolean() ? mapper.writer() : mapper.writerWithDefaultPrettyPrinter())
                .writeValueAsString(object)
                .replace("\r", " ")
                .replace("\n", "\t")
                .getBytes(StandardCharsets.UTF_8);
    }

    private static JsonNode value(Random random, int depth) {
        var nodes = PLAIN.getNodeFactory();
        return switch (random.nextInt(depth < 3 ? 8 : 6)) {
            case 0 -> nodes.numberNode(random.nextInt());
            case 1 -> nodes.numberNode(random.nextGaussian() * 1e30);
            case 2 -> nodes.booleanNode(random.nextBoolean());
            case 3 -> nodes.nullNode();
            case 4, 5 -> nodes.textNode(text(random));
            case 6 -> nodes.arrayNode().add(value(random, depth + 1)).add(value(random, depth + 1));
            default -> nodes.objectNode().set("id", value(random, depth + 1));
        };
    }

    private static String text(Random random) {
        StringBuilder text = new StringBuilder();
        for (int length = random.nextInt(20); length > 0; length--) {
            if (random.nextInt(8) == 0) {
                text.appendCodePoint(0x1F600 + random.nextInt(50));
            } else {
                text.append(ALPHABET.charAt(random.nextInt(ALPHABET.length())));
            }
        }
        return text.toString();
    }

    private static byte[] mutated(byte[] line, Random random) {
        var mutated = new ByteArrayOutputStream();
        int place = random.nextInt(line.length);
        int kind = random.nextInt(4);
        byte inserted = (byte) INSERTED.charAt(random.nextInt(INSERTED.length()));
        mutated.write(line, 0, place);
        switch (kind) {
            case 0 -> mutated.write(inserted);
            case 1 -> mutated.write(line, Math.min(line.length, place + 1), Math.max(0, line.length - place - 1));
            case 2 -> mutated.write(line, 0, random.nextInt(line.length));
            default -> mutated.write(line[place] ^ (1 << random.nextInt(8)));
        }
        if (kind == 0 || kind == 3) {
            mutated.write(line, place + (kind == 3 ? 1 : 0), line.length - place - (kind == 3 ? 1 : 0));
        }
        byte[] bytes = mutated.toByteArray();
        for (int i = 0; i < bytes.length; i++) {
            bytes[i] = bytes[i] == '\n' ? (byte) ' ' : bytes[i];
        }
        return bytes;
    }

    /** The line behind another one, in reads of a few bytes. */
    private static String found(byte[] line, int seed) throws IOException {
        var content = new ByteArrayOutputStream();
        content.writeBytes("{\"text\":\"\"}\n".getBytes(StandardCharsets.UTF_8));
        content.writeBytes(line);
        content.writeBytes("\n{\"text\":\"last\"}".getBytes(StandardCharsets.UTF_8));
        SliceReader section = Readings.trickle(content.toByteArray(), seed);
        List<String> found = Readings.readAll(new JsonLines(section, JsonLinesTest.CONFIG), 1 + seed % 9);
        assertThat(found.get(0)).isEqualTo("0:");
        assertThat(found.get(found.size() - 1)).endsWith(":last");
        if (found.size() == 2) {
            return "blank";
        }
        assertThat(found).hasSize(3);
        return found.get(1).startsWith("bad@") ? "bad" : found.get(1);
    }

    private static String expected(byte[] line) throws IOException {
        if (latin(line).matches("[ \t\r]*")) {
            return "blank";
        }
        try {
            StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(line));
            checkTokens(line);
        } catch (CharacterCodingException | JsonProcessingException | IllegalArgumentException e) {
            return "bad";
        }
        JsonNode object = PLAIN.readTree(line);
        if (!object.path("text").isTextual()) {
            return "bad";
        }
        StringBuilder expected = new StringBuilder("12:" + object.get("text").textValue());
        for (String name : List.of("id", "id", "n", "source")) {
            JsonNode value = object.path(name);
            if (value.isContainerNode()) {
                return "bad";
            }
            if (!value.isMissingNode() && !value.isNull()) {
                expected.append('|').append(name).append('=').append(asWritten(line, name));
            }
        }
        return expected.toString();
    }

    /** What is wrong with JSON that Jackson takes: fields that are there twice, halves of surrogate pairs, marks. */
    private static void checkTokens(byte[] line) throws IOException {
        int depth = 0;
        Set<String> names = new HashSet<>();
        try (JsonParser parser = parser(line)) {
            JsonToken token = parser.nextToken();
            check(token == JsonToken.START_OBJECT && line[0] != (byte) 0xEF);
            for (; token != null; token = parser.nextToken()) {
                depth += token.isStructStart() ? 1 : token.isStructEnd() ? -1 : 0;
                if (token == JsonToken.FIELD_NAME || token == JsonToken.VALUE_STRING) {
                    check(StandardCharsets.UTF_8.newEncoder().canEncode(parser.getText()));
                }
                if (token == JsonToken.FIELD_NAME && depth == 1) {
                    boolean wanted = List.of("text", "id", "n", "source").contains(parser.getText());
                    check(names.add(parser.getText()) || !wanted);
                }
            }
        }
        PLAIN.readTree(line);
    }

    private static void check(boolean right) {
        if (!right) {
            throw new IllegalArgumentException();
        }
    }

    private static String asWritten(byte[] line, String name) throws IOException {
        try (JsonParser parser = parser(line)) {
            parser.nextToken();
            while (parser.nextToken() == JsonToken.FIELD_NAME) {
                String found = parser.getText();
                parser.nextToken();
                if (found.equals(name)) {
                    return parser.getText();
                }
                parser.skipChildren();
            }
        }
        throw new IllegalStateException(name);
    }

    private static JsonParser parser(byte[] line) throws IOException {
        JsonParser parser = PLAIN.createParser(line);
        assertThat(parser.streamReadConstraints().getMaxNestingDepth())
                .isEqualTo(StreamReadConstraints.DEFAULT_MAX_DEPTH);
        return parser;
    }
}
