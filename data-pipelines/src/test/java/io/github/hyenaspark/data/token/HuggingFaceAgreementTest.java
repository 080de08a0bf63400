package io.github.hyenaspark.data.token;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.hyenaspark.data.testing.RandomText;
import io.github.hyenaspark.data.token.WordCounts.PreTokens;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The ids are those of HuggingFace's engine, on the sample corpus and on random strings. */
class HuggingFaceAgreementTest {
    private static final Path CORPUS = Path.of("sample-corpus");

    static List<Path> corpus() throws IOException {
        try (Stream<Path> files = Files.list(CORPUS)) {
            return files.filter(file -> file.toString().endsWith(".txt"))
                    .sorted()
                    .toList();
        }
    }

    static BpeTokenizer trained(int vocabularySize) throws IOException {
        var counts = new WordCounts();
        for (Path file : corpus()) {
            var words = new PreTokens(new ByteArrayInputStream(Files.readAllBytes(file)));
            while (words.countNext(counts)) {}
        }
        return BpeTrainer.train(counts.drain(), vocabularySize, 2);
    }

    /** The same merges with another pattern: what a tokenizer.json of that family is like. */
    private static BpeTokenizer with(SplitPattern pattern, BpeTokenizer tokenizer) {
        BpeVocabulary made = tokenizer.vocabulary();
        return new BpeTokenizer(
                "other",
                new BpeVocabulary(
                        made.tokens(), made.left(), made.right(), made.specials(), pattern, made.wholeWords()));
    }

    private static void assertAgrees(Tokenizer ours, int strings, long seed) throws IOException {
        try (HuggingFace engine = HuggingFace.of(ours)) {
            RandomText texts = new RandomText(seed);
            for (int i = 0; i < strings; i++) {
                String text = texts.next(30).replace("<|endoftext|>", "<|");
                assertThat(ours.encode(text.getBytes(StandardCharsets.UTF_8)))
                        .as("text %d of seed %d: %s", i, seed, text)
                        .isEqualTo(engine.encode(text));
            }
            for (Path file : corpus()) {
                byte[] text = Files.readAllBytes(file);
                assertThat(ours.encode(text))
                        .as(file.toString())
                        .isEqualTo(engine.encode(new String(text, StandardCharsets.UTF_8)));
            }
        }
    }

    @Test
    @Tag("goal-3")
    void gpt2GivesTheIdsOfHuggingFace() throws IOException {
        assertAgrees(Tokenizer.of("gpt2"), 2_000, 1);
    }

    @Test
    @Tag("goal-3")
    void aTokenizerTrainedHereGivesTheIdsOfHuggingFace() throws IOException {
        assertAgrees(trained(4_096), 2_000, 2);
    }

    @Test
    @Tag("process")
    @Tag("goal-3")
    void theOtherPatternsGiveTheIdsOfHuggingFace() throws IOException {
        BpeTokenizer trained = trained(1_024);
        assertAgrees(with(SplitPattern.LLAMA3, trained), 2_000, 3);
        assertAgrees(with(SplitPattern.QWEN2, trained), 2_000, 4);
    }

    @Test
    @Tag("endurance")
    @Tag("goal-3")
    void twoHundredThousandRandomStringsHaveTheIdsOfHuggingFace() throws IOException {
        assertAgrees(Tokenizer.of("gpt2"), 200_000, 5);
        assertAgrees(trained(8_192), 200_000, 6);
        assertAgrees(with(SplitPattern.LLAMA3, trained(1_024)), 50_000, 7);
    }
}
