package io.github.hyenaspark.data.prepare;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.hyenaspark.data.document.Document;
import io.github.hyenaspark.data.shard.Split;
import io.github.hyenaspark.io.Hashes;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class SplitRuleTest {
    private static final Document DOCUMENT = document("books/emma.txt");

    @Test
    void theShareIsOfTheFirstBitsOfTheHash() {
        var rule = new SplitRule(0.25, List.of());

        assertThat(rule.split(DOCUMENT, "3fffffffffffffff")).isEqualTo(Split.VALIDATION);
        assertThat(rule.split(DOCUMENT, "4000000000000000")).isEqualTo(Split.TRAIN);
        assertThat(new SplitRule(0, List.of()).split(DOCUMENT, "0000000000000000"))
                .isEqualTo(Split.TRAIN);
    }

    @Test
    void aTenthOfManyDocumentsIsForValidation() {
        var rule = new SplitRule(0.1, List.of());
        long validation = IntStream.range(0, 10_000)
                .mapToObj(i -> Hashes.sha256(("text " + i).getBytes(StandardCharsets.UTF_8)))
                .filter(hash -> rule.split(DOCUMENT, hash) == Split.VALIDATION)
                .count();

        // Five standard deviations of 30.
        assertThat(validation).isBetween(850L, 1150L);
    }

    @Test
    void namesAreFileNamesOrPaths() {
        for (String name : List.of("emma.txt", "books/emma.txt")) {
            var rule = new SplitRule(0.999, List.of(name));
            assertThat(rule.split(DOCUMENT, "ffffffffffffffff")).isEqualTo(Split.VALIDATION);
            assertThat(rule.split(document("persuasion.txt"), "0000000000000000"))
                    .isEqualTo(Split.TRAIN);
        }
    }

    @Test
    void aNameOfNoDocumentIsRefusedWithTheCandidates() {
        List<Document> documents =
                Stream.of("a.txt", "books/b.txt").map(SplitRuleTest::document).toList();

        assertThatThrownBy(() -> new SplitRule(0, List.of("b.txt", "books/a.txt")).check(documents))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("data.validation-documents: there is no document \"books/a.txt\", expected some of a.txt,"
                        + " books/b.txt");
    }

    @Test
    void namingEveryDocumentIsRefused() {
        List<Document> documents =
                Stream.of("a.txt", "b.txt").map(SplitRuleTest::document).toList();

        assertThatThrownBy(() -> new SplitRule(0, List.of("b.txt", "a.txt")).check(documents))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("data.validation-documents: found all 2 documents of the input, expected at least one to be"
                        + " left to train on");
    }

    private static Document document(String path) {
        return new Document("id", path, "file:/" + path, 1, 0);
    }
}
