package io.github.hyenaspark.data.document.text;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.hyenaspark.data.document.Document;
import io.github.hyenaspark.data.document.DocumentReader;
import io.github.hyenaspark.data.document.InputFile;
import io.github.hyenaspark.data.document.SourceConfig;
import io.github.hyenaspark.data.testing.Readings;
import io.github.hyenaspark.data.testing.TestSources;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class JsonLinesTest {
    static final SourceConfig CONFIG = new SourceConfig(
            SourceConfig.SourceFormat.AUTO,
            List.of(),
            SourceConfig.TextDocuments.FILE,
            "",
            "text",
            "id",
            List.of("source", "n", "id"),
            TestSources.defaultFasta());

    @TempDir
    Path directory;

    private Readings readings;

    @BeforeEach
    void open() throws IOException {
        readings = new Readings(directory);
    }

    private List<String> read(String... lines) throws IOException {
        return readings.read("a.jsonl", String.join("\n", lines), CONFIG);
    }

    @Test
    void theTextComesWithItsEscapesDecoded() throws IOException {
        assertThat(read("{\"text\":\"\\\"\\\\\\/\\b\\f\\n\\r\\t\\u0041\\u00e9\\u20AC\\ud83D\\uDE00é€😀\"}"))
                .containsExactly("0:\"\\/\b\f\n\r\tAé€😀é€😀");
        assertThat(read("{\"text\":\"\"}", "{\"te\\u0078t\":\"\\u0000\u007f\"}"))
                .containsExactly("0:", "12:\0\u007f");
    }

    @Test
    void idAndColumnsAreFoundWhereverTheyStand() throws IOException {
        assertThat(read(
                        "{\"id\":\"a\\n1\",\"n\":-1.50e+3,\"text\":\"x\",\"source\":\"web\"}",
                        "{\"other\":[{\"id\":1,\"text\":2},[],{}],\"text\":\"y\",\"n\":true,\"source\":\"\",\"id\":17}",
                        "{\"text\":\"z\",\"n\":null,\"id\":null}"))
                .containsExactly(
                        "0:x|id=a\n1|id=a\n1|n=-1.50e+3|source=web", "53:y|id=17|id=17|n=true|source=", "129:z");
    }

    @ParameterizedTest
    @CsvSource(quoteCharacter = '`', textBlock = """
            {"id":1,"body":""}; the line has no field "text" (data.source.text-field), found [id, body]; 0
            {}; the line has no field "text" (data.source.text-field), found []; 0
            {"text":null}; the field "text" is not a text; 8
            {"text": broken; expected a value: a text in quotes, a number, true, false, null, an object or an array; 9
            {"text":["a"]}; the field "text" is not a text; 8
            {"text":"a","text":"b"}; the field "text" occurs twice; 18
            {"id":1,"text":"a","\\u0069d":2}; the field "id" occurs twice; 28
            {"text":"a","id":{}}; the field "id" is an object or array, expected a single value; 17
            {"text":"a"} x; something follows the object on its line; 13
            {"text":"a"}{}; something follows the object on its line; 12
            ["text"]; expected an object; 0
            {"text":"a",}; expected the name of a field in quotes; 12
            {"text" "a"}; expected a colon after the name of a field; 8
            {"text":"a" "b":1}; expected a comma or the end of the object; 12
            {"text":"a","b":[1,]}; expected a value: a text in quotes, a number, true, false, null, an object or an array; 19
            {"text":"a","b":[1}; expected a comma or the end of an array; 18
            {"text":"a","b":01}; expected a comma or the end of the object; 17
            {"text":"a","b":1.}; expected a digit of a number; 18
            {"text":"a","b":-}; expected a digit of a number; 17
            {"text":"a","b":NaN}; expected a value: a text in quotes, a number, true, false, null, an object or an array; 16
            {"text":"a","b":tru}; expected a value: a text in quotes, a number, true, false, null, an object or an array; 19
            {"text":"\\x"}; an unknown escape in a text; 9
            {"text":"\\u12g4"}; an escape without four hexadecimal digits in a text; 9
            {"text":"\\ud800"}; half of a surrogate pair in a text; 9
            {"text":"\\udc00\\ud800"}; half of a surrogate pair in a text; 9
            {"text":"\\ud800\\ud800"}; half of a surrogate pair in a text; 9
            {"text":"a"; expected a comma or the end of the object, but the line ends; 11
            {"text":"abc; the line ends inside a text; 12
            """, delimiter = ';')
    void aBadLineIsNamedAndTheNextOneIsRead(String line, String reason, long offset) throws IOException {
        assertThat(read(line, "{\"text\":\"next\"}"))
                .containsExactly("bad@" + offset + ":" + reason + ":" + line, line.length() + 1 + ":next");
    }

    @Test
    void bytesThatAreNoUtf8AndControlCharactersAreRefused() throws IOException {
        for (String bytes : List.of(
                "\u00ff",
                "\u0080",
                "\u00c3(",
                "\u00c0\u0080",
                "\u00ed\u00a0\u0080",
                "\u00f4\u0090\u0080\u0080",
                "\u00e2\u0082")) {
            InputFile file = readings.file(
                    "a.jsonl", ("{\"x\":\"" + bytes + "\",\"text\":\"a\"}").getBytes(StandardCharsets.ISO_8859_1));
            assertThat(readings.read(file.whole(), CONFIG))
                    .singleElement()
                    .asString()
                    .startsWith("bad@6:a byte in a text is not UTF-8");
        }
        for (char control = 0; control < ' '; control++) {
            if (control != '\n') {
                assertThat(read("{\"text\":\"a" + control + "\"}"))
                        .singleElement()
                        .asString()
                        .startsWith("bad@10:a control character in a text");
            }
        }
    }

    @Test
    void aLongColumnIsRefusedAndALongUnknownFieldIsNot() throws IOException {
        String limit = "a".repeat(1 << 16);

        assertThat(read("{\"text\":\"t\",\"n\":\"" + limit + "\"}"))
                .singleElement()
                .asString()
                .hasSize((1 << 16) + 6);
        assertThat(read(
                        "{\"text\":\"t\",\"n\":\"" + limit + "a\"}",
                        "{\"" + limit + "\":\"" + limit + "a\",\"text\":\"t\"}"))
                .hasSize(2)
                .satisfies(
                        found -> assertThat(found.get(0)).contains("the field \"n\" is longer than 65536 bytes"),
                        found -> assertThat(found.get(1)).endsWith(":t"));
    }

    @Test
    void nestedValuesAreCheckedDownToALimit() throws IOException {
        String deep = "[".repeat(512) + "]".repeat(512);

        assertThat(read("{\"x\":" + deep + ",\"text\":\"a\"}")).containsExactly("0:a");
        assertThat(read("{\"x\":[" + deep + "],\"text\":\"a\"}"))
                .singleElement()
                .asString()
                .startsWith("bad@517:values are nested more than 512 deep:{\"x\":[[[");
    }

    @Test
    void theBeginningOfABadLineIsAtMost256Bytes() throws IOException {
        String line = "{\"text\":\"" + "a".repeat(500_000) + "\"";

        assertThat(read(line))
                .containsExactly("bad@500010:expected a comma or the end of the object, but the line ends:"
                        + line.substring(0, 256));
    }

    @Test
    void aByteOrderMarkIsNoPartOfTheFirstLine() throws IOException {
        assertThat(read("\ufeff{\"text\":\"a\"}", "\ufeff{\"text\":\"b\"}"))
                .containsExactly("0:a", "bad@16:expected an object:\ufeff{\"text\":\"b\"}");
    }

    @Test
    void whatWasNotReadIsSkippedWithoutALook() throws IOException {
        InputFile file = readings.file("a.jsonl", "{\"text\":\"abc\",]\n{\"text\":\"d\"}");
        try (DocumentReader reader = readings.open(file.whole(), CONFIG)) {
            Document first = reader.next().orElseThrow();
            assertThat(first.text().readNBytes(2)).asString().isEqualTo("ab");
            assertThat(Readings.describe(reader.next().orElseThrow(), 10)).isEqualTo("16:d");
            assertThat(reader.next()).isEmpty();
        }
    }
}
