package io.github.hyenaspark.data.prepare;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assertions.assertTimeout;

import io.github.hyenaspark.data.document.InputFile;
import io.github.hyenaspark.data.shard.Split;
import io.github.hyenaspark.io.Hashes;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class SplitRuleTest {
    private static final String PATH = "books/emma.txt";

    @Test
    void theShareIsOfTheFirstBitsOfTheHash() {
        var rule = new SplitRule(0.25, Set.of(), "");

        assertThat(rule.split(PATH, List.of(), Map.of(), "3fffffffffffffff")).isEqualTo(Split.VALIDATION);
        assertThat(rule.split(PATH, List.of(), Map.of(), "4000000000000000")).isEqualTo(Split.TRAIN);
        assertThat(new SplitRule(0, Set.of(), "").split(PATH, List.of(), Map.of(), "0000000000000000"))
                .isEqualTo(Split.TRAIN);
    }

    @Test
    void aTenthOfManyDocumentsIsForValidation() {
        var rule = new SplitRule(0.1, Set.of(), "");
        long validation = IntStream.range(0, 10_000)
                .mapToObj(i -> Hashes.sha256(("text " + i).getBytes(StandardCharsets.UTF_8)))
                .filter(hash -> rule.split(PATH, List.of(), Map.of(), hash) == Split.VALIDATION)
                .count();

        // Five standard deviations of 30.
        assertThat(validation).isBetween(850L, 1150L);
    }

    @Test
    void namesAreFileNamesOrPaths() {
        for (String name : List.of("emma.txt", "books/emma.txt")) {
            var rule = new SplitRule(0.999, Set.of(name), "");
            assertThat(rule.split(PATH, List.of(), Map.of(), "ffffffffffffffff"))
                    .isEqualTo(Split.VALIDATION);
            assertThat(rule.split("persuasion.txt", List.of(), Map.of(), "0000000000000000"))
                    .isEqualTo(Split.TRAIN);
        }
    }

    @Test
    void aNameOfNoDocumentIsRefusedWithTheCandidates() {
        List<InputFile> documents =
                Stream.of("a.txt", "books/b.txt").map(SplitRuleTest::file).toList();

        assertThatThrownBy(() -> check(new SplitRule(0, Set.of("b.txt", "books/a.txt"), ""), documents))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("data.validation-documents: there is no document \"books/a.txt\", expected some of a.txt,"
                        + " books/b.txt");
    }

    @Test
    void namingEveryDocumentIsRefused() {
        List<InputFile> documents =
                Stream.of("a.txt", "b.txt").map(SplitRuleTest::file).toList();

        assertThatThrownBy(() -> check(new SplitRule(0, Set.of("b.txt", "a.txt"), ""), documents))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("data.validation-documents: found all 2 documents of the input, expected at least one to be"
                        + " left to train on");
    }

    @Test
    void documentsWithOneValueOfAColumnAreOnOneSide() {
        var rule = new SplitRule(0.5, Set.of(), "author");
        Map<String, String> austen = Map.of("author", "Jane Austen");
        Split side = rule.split(PATH, List.of(), austen, "0000000000000000");

        assertThat(rule.split("other", List.of(), austen, "ffffffffffffffff")).isEqualTo(side);
        assertThat(rule.split(PATH, List.of(), Map.of(), "ffffffffffffffff")).isEqualTo(Split.TRAIN);
    }

    /** Fifty thousand names would take a second for each thousand documents if they were gone through. */
    @Test
    void manyNamesCostADocumentNoMoreThanOne() {
        Set<String> names = IntStream.range(0, 50_000).mapToObj(i -> "doc-" + i).collect(Collectors.toSet());
        var rule = new SplitRule(0, names, "");
        assertTimeout(Duration.ofSeconds(10), () -> {
            for (int i = 0; i < 100_000; i++) {
                Split expected = i < 50_000 ? Split.VALIDATION : Split.TRAIN;
                assertThat(rule.split("all.jsonl", List.of("doc-" + i), Map.of(), "ff"))
                        .isEqualTo(expected);
            }
        });
    }

    @Test
    void aGivenIdIsAName() {
        var rule = new SplitRule(0, Set.of("doc-7"), "");

        assertThat(rule.split("all.jsonl", List.of("doc-7"), Map.of(), "ff")).isEqualTo(Split.VALIDATION);
        assertThat(rule.split("all.jsonl", List.of("doc-8"), Map.of(), "ff")).isEqualTo(Split.TRAIN);
    }

    @Test
    void aSplitThatProbablyHoldsNothingOutIsToldBeforeTheWork() {
        assertThat(new SplitRule(0.05, Set.of(), "").noneHeldOut(3))
                .hasValueSatisfying(
                        told -> assertThat(told)
                                .startsWith(
                                        "data.validation-fraction=0.05 may hold nothing out (documents: 3, chance: 86 %), and"));
        assertThat(new SplitRule(0, Set.of(), "").noneHeldOut(3))
                .as("none is wanted")
                .isEmpty();
        assertThat(new SplitRule(0.05, Set.of(), "").noneHeldOut(100)).isEmpty();
        assertThat(new SplitRule(0.05, Set.of(), "").noneHeldOut(Long.MAX_VALUE))
                .isEmpty();
        assertThat(new SplitRule(0, Set.of("doc-7"), "").noneHeldOut(3)).isEmpty();
    }

    private static void check(SplitRule rule, List<InputFile> documents) {
        SplitRule.Check check = rule.new Check();
        documents.forEach(check::see);
        check.end();
    }

    private static InputFile file(String path) {
        return new InputFile(path, "file:/" + path, 1, 0, "");
    }
}
