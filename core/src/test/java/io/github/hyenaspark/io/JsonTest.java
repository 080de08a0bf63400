package io.github.hyenaspark.io;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

class JsonTest {
    private static JsonNode tree(String text) throws CorruptFileException {
        return Json.parse("m.json", text.replace('\'', '"').getBytes(UTF_8));
    }

    private static void refused(ThrowingCallable call, String message) {
        assertThatThrownBy(call).isInstanceOf(CorruptFileException.class).hasMessageStartingWith(message);
    }

    @Test
    void keysStayInTheOrderInWhichTheyWerePut() throws CorruptFileException {
        var tree = Json.object().put("z", 1).put("a", "ü");
        tree.putArray("list").add(1.5).add(true);
        assertThat(Json.line(tree)).isEqualTo("{\"z\":1,\"a\":\"ü\",\"list\":[1.5,true]}");
        assertThat(new String(Json.bytes(tree), UTF_8))
                .isEqualTo("{\n  \"z\" : 1,\n  \"a\" : \"ü\",\n  \"list\" : [\n    1.5,\n    true\n  ]\n}\n");
        assertThat(Json.parse("m", Json.bytes(tree))).isEqualTo(tree);
    }

    @Test
    void gettersGiveWhatIsThere() throws CorruptFileException {
        JsonNode tree = tree("{'t':'x','n':4294967296,'d':0.5,'b':true,'o':{'k':1},'a':['p','q']}");
        assertThat(Json.text(tree, "m", "t")).isEqualTo("x");
        assertThat(Json.wholeNumber(tree, "m", "n")).isEqualTo(1L << 32);
        assertThat(Json.number(tree, "m", "d")).isEqualTo(0.5);
        assertThat(Json.number(tree, "m", "n")).isEqualTo(4294967296.0);
        assertThat(Json.wholeNumber(Json.object(tree, "m", "o"), "m", "k")).isEqualTo(1);
        assertThat(Json.elements(tree, "m", "a")).hasSize(2);
    }

    @Test
    void gettersSayWhatIsWrong() throws CorruptFileException {
        JsonNode tree = tree("{'t':'x','d':0.5,'a':['p',1]}");
        refused(
                () -> Json.text(tree, "m.json", "absent"),
                "m.json: expected the key \"absent\", found only [t, d, a]; the file is damaged");
        refused(() -> Json.text(tree, "m.json", "d"), "m.json: expected text as \"d\", found 0.5");
        refused(() -> Json.wholeNumber(tree, "m.json", "d"), "m.json: expected a whole number as \"d\", found 0.5");
        refused(() -> Json.number(tree, "m.json", "t"), "m.json: expected a number as \"t\", found \"x\"");
        refused(() -> Json.object(tree, "m.json", "t"), "m.json: expected an object as \"t\", found \"x\"");
        refused(() -> Json.elements(tree, "m.json", "t"), "m.json: expected an array as \"t\", found \"x\"");
    }

    @Test
    void whatIsNotOneJsonValueIsRefusedWithItsPlace() {
        refused(() -> tree("{'a':1,\n'a':2}"), "m.json: expected JSON, found \"Duplicate field 'a'\" in line 2");
        refused(() -> tree("{} {}"), "m.json: expected JSON, found ");
        refused(() -> tree("{'a':"), "m.json: expected JSON, found \"Unexpected end-of-input");
        refused(() -> tree(""), "m.json: expected JSON, found nothing");
    }
}
