package io.github.hyenaspark.data.token;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.hyenaspark.io.CorruptFileException;
import io.github.hyenaspark.io.Json;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class TokenizerJsonTest {
    private static final List<WordCounts.WordCount> WORDS = List.of(
            new WordCounts.WordCount(" low", 5),
            new WordCounts.WordCount(" lower", 4),
            new WordCounts.WordCount(" newest", 6),
            new WordCounts.WordCount("aaaa", 3));

    private final BpeTokenizer tokenizer = BpeTrainer.train(WORDS, 270, 2);

    private BpeTokenizer changed(Consumer<ObjectNode> change) throws IOException {
        ObjectNode json = (ObjectNode) Json.parse("t.json", tokenizer.file());
        change.accept(json);
        return (BpeTokenizer) Tokenizer.ofFile("t.json", Json.bytes(json));
    }

    private void assertRefused(Consumer<ObjectNode> change, String message) {
        assertThatThrownBy(() -> changed(change))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("data.tokenizer: t.json: " + message);
    }

    private void assertCorrupt(Consumer<ObjectNode> change, String message) {
        assertThatThrownBy(() -> changed(change))
                .isInstanceOf(CorruptFileException.class)
                .hasMessageStartingWith("t.json: " + message);
    }

    private static ObjectNode model(ObjectNode json) {
        return (ObjectNode) json.get("model");
    }

    private static ObjectNode vocab(ObjectNode json) {
        return (ObjectNode) json.at("/model/vocab");
    }

    private static ArrayNode merges(ObjectNode json) {
        return (ArrayNode) json.at("/model/merges");
    }

    @Test
    void whatIsWrittenIsReadAgain() throws IOException {
        BpeTokenizer again = changed(json -> {});
        assertThat(again.fingerprint()).isEqualTo(tokenizer.fingerprint());
        assertThat(again.file()).isEqualTo(tokenizer.file());
        assertThat(again.name()).isEqualTo("t.json");
    }

    @ParameterizedTest
    @EnumSource
    void everyPatternIsReadAgain(SplitPattern pattern) throws IOException {
        BpeVocabulary made = tokenizer.vocabulary();
        var other = new BpeVocabulary(
                made.tokens(), made.left(), made.right(), made.specials(), pattern, made.wholeWords());
        BpeVocabulary read =
                new TokenizerJsonReader("t.json", Json.parse("t.json", TokenizerJson.write(other))).vocabulary();
        assertThat(read.pattern()).isEqualTo(pattern);
        assertThat(read.fingerprint()).isEqualTo(other.fingerprint());
        assertThat(other.fingerprint().equals(made.fingerprint())).isEqualTo(pattern == SplitPattern.GPT2);
    }

    @Test
    void mergesMayBeArrays() throws IOException {
        BpeTokenizer again = changed(json -> {
            ArrayNode arrays = Json.array();
            for (var merge : merges(json)) {
                String[] parts = merge.textValue().split(" ", 2);
                arrays.addArray().add(parts[0]).add(parts[1]);
            }
            model(json).set("merges", arrays);
        });
        assertThat(again.fingerprint()).isEqualTo(tokenizer.fingerprint());
    }

    @Test
    void theFilesOfGpt2AreWrittenToo() {
        assertThat(new String(tokenizer.mergesFile(), StandardCharsets.UTF_8))
                .startsWith("#version: 0.2\n")
                .hasLineCount(1 + tokenizer.merges());
        assertThat(new String(tokenizer.vocabularyFile(), StandardCharsets.UTF_8))
                .startsWith("{\"Ā\":0,")
                .endsWith(",\"<|endoftext|>\":" + tokenizer.endOfDocument() + "}\n");
    }

    @Test
    void anotherVocabularyHasAnotherFingerprint() throws IOException {
        assertThat(changed(json -> merges(json).remove(merges(json).size() - 1)).fingerprint())
                .isNotEqualTo(tokenizer.fingerprint());
        assertThat(changed(json -> model(json).put("ignore_merges", true)).fingerprint())
                .isNotEqualTo(tokenizer.fingerprint());
    }

    @Test
    void whatIsNotSupportedIsNamedWithWhatIs() {
        assertRefused(
                json -> json.putObject("normalizer").put("type", "NFC"), "found the normalizer NFC, supported: none");
        assertRefused(
                json -> json.putObject("pre_tokenizer").put("type", "Whitespace"),
                "found the pre_tokenizer Whitespace, supported: ByteLevel, or a Sequence of Split and ByteLevel");
        assertRefused(
                json -> ((ObjectNode) json.get("pre_tokenizer")).put("add_prefix_space", true),
                "found a ByteLevel with add_prefix_space true, supported: false");
        assertRefused(
                json -> ((ObjectNode) json.get("pre_tokenizer")).put("use_regex", false),
                "found a ByteLevel with use_regex false alone, supported: true");
        assertRefused(json -> model(json).put("type", "Unigram"), "found the model Unigram, supported: BPE");
        assertRefused(json -> model(json).put("byte_fallback", true), "found byte_fallback true, supported: false");
        assertRefused(
                json -> model(json).put("end_of_word_suffix", "</w>"),
                "found end_of_word_suffix \"</w>\", supported: none");
        assertRefused(
                json -> ((ObjectNode) json.at("/added_tokens/0")).put("special", false),
                "found the added token \"<|endoftext|>\", which is not special, supported: special ones");
        assertRefused(
                json -> vocab(json).remove("a"),
                "found a vocabulary without the byte 97 (\"a\"), supported: vocabularies that have all 256 bytes");
        assertRefused(
                json -> vocab(json).put("▁the", 400),
                "found the token \"▁the\", supported: tokens in the characters of byte-level BPE");
    }

    @Test
    void anotherSplitIsNamedWithItsPattern() {
        assertRefused(
                json -> {
                    ObjectNode sequence = json.putObject("pre_tokenizer").put("type", "Sequence");
                    ArrayNode parts = sequence.putArray("pretokenizers");
                    parts.addObject()
                            .put("type", "Split")
                            .put("behavior", "Isolated")
                            .putObject("pattern")
                            .put("Regex", "\\d+");
                    parts.addObject()
                            .put("type", "ByteLevel")
                            .put("add_prefix_space", false)
                            .put("use_regex", false);
                },
                "found a Split with the pattern {\"Regex\":\"\\\\d+\"}, supported: those of GPT-2, cl100k, Llama 3 and"
                        + " Qwen 2");
    }

    @Test
    void aVocabularyWithoutAnEndOfDocumentIsRefused() {
        assertRefused(
                json -> json.putArray("added_tokens"),
                "found no special token that ends a document, expected one of [<|endoftext|>, <|end_of_text|>, </s>]");
    }

    @Test
    void whatNoSuchFileMayHaveIsCorrupt() {
        assertCorrupt(json -> json.remove("model"), "expected the key \"model\"");
        assertCorrupt(json -> vocab(json).put("zz", 5), "expected one token of id 5, found \"zz\" as another one");
        assertCorrupt(json -> vocab(json).put("zz", -1), "expected an id in [0, 16777216) for");
        assertCorrupt(
                json -> vocab(json).put("<|endoftext|>", 300),
                "expected one id of the special token \"<|endoftext|>\"");
        assertCorrupt(json -> merges(json).add("z z"), "expected two tokens as merge ");
        assertCorrupt(json -> merges(json).add(merges(json).get(0)), "expected each merge once, found merge ");
        assertThatThrownBy(() -> Tokenizer.ofFile("t.json", new byte[] {'{'}))
                .isInstanceOf(CorruptFileException.class)
                .hasMessageStartingWith("t.json: expected JSON");
    }

    /** "ab" is listed before "bc", so "abc" alone is merged to "ab", "c", and its own merge of "a" and "bc" is dead. */
    private static void addDeadToken(ObjectNode json) {
        for (String token : List.of("xy", "yz", "xyz")) {
            vocab(json).put(token, 1_000 + vocab(json).size());
        }
        merges(json).add("x y").add("y z").add("x yz");
    }

    @Test
    void aTokenThatMergingNeverMakesIsNeverGiven() throws IOException {
        BpeTokenizer dead = changed(TokenizerJsonTest::addDeadToken);
        try (HuggingFace engine = HuggingFace.of(dead)) {
            for (String text : List.of("xyz", "axyz", "xyzxyz", "yz xy", "xxyyzz xyzz")) {
                assertThat(dead.encode(text.getBytes(StandardCharsets.UTF_8)))
                        .as(text)
                        .isEqualTo(engine.encode(text));
            }
        }
    }

    @Test
    void withIgnoreMergesATokenLeftInTwoPartsIsRefused() {
        assertRefused(
                json -> {
                    addDeadToken(json);
                    model(json).put("ignore_merges", true);
                },
                "found the token xyz, which the merges leave in two parts, together with ignore_merges; supported are"
                        + " tokens that merges make, or leave in three parts or more");
    }

    @Test
    void withIgnoreMergesAWordThatIsATokenStaysWhole() throws IOException {
        BpeTokenizer whole = changed(json -> {
            vocab(json).put("qrst", 1_000);
            vocab(json).put("Ġqrst", 1_001);
            model(json).put("ignore_merges", true);
        });
        try (HuggingFace engine = HuggingFace.of(whole)) {
            for (String text : List.of("qrst", " qrst", "qrst qrstq", "aqrst qrst lower")) {
                assertThat(whole.encode(text.getBytes(StandardCharsets.UTF_8)))
                        .as(text)
                        .isEqualTo(engine.encode(text));
            }
            assertThat(whole.encode("qrst".getBytes(StandardCharsets.UTF_8))).containsExactly(1_000);
        }
    }

    /** Converters of ranks list every way to make a token, one after the other; only one of them is ever taken. */
    @Test
    void aTokenMayBeMadeByTwoMerges() throws IOException {
        BpeTokenizer twice = changed(json -> {
            for (String token : List.of("xy", "yz", "xyz", "xyzx")) {
                vocab(json).put(token, 1_000 + vocab(json).size());
            }
            merges(json).add("x y").add("y z").add("x yz").add("xy z").add("xyz x");
        });
        try (HuggingFace engine = HuggingFace.of(twice)) {
            for (String text : List.of("xyz", "xyzx", "zxyzxyzyxyz", "yzyzxyzx")) {
                assertThat(twice.encode(text.getBytes(StandardCharsets.UTF_8)))
                        .as(text)
                        .isEqualTo(engine.encode(text));
            }
        }
    }
}
