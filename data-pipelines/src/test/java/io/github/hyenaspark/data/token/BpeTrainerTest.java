package io.github.hyenaspark.data.token;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.hyenaspark.data.token.TokenizerJson.ByteAlphabet;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

class BpeTrainerTest {
    private static List<String> merges(List<WordCounts.WordCount> words, int most, long minFrequency) {
        return new String(BpeTrainer.train(words, 257 + most, minFrequency).mergesFile(), StandardCharsets.UTF_8)
                .lines()
                .skip(1)
                .toList();
    }

    /** The definition: count all pairs anew before each merge. */
    private static List<String> naive(List<WordCounts.WordCount> words, int most, long minFrequency) {
        List<List<String>> split = new ArrayList<>();
        for (WordCounts.WordCount word : words) {
            split.add(new ArrayList<>(
                    word.word().chars().mapToObj(Character::toString).toList()));
        }
        List<String> merges = new ArrayList<>();
        Comparator<Map.Entry<List<String>, Long>> order =
                Map.Entry.<List<String>, Long>comparingByValue().reversed();
        Comparator<Map.Entry<List<String>, Long>> best = order.thenComparing(
                        pair -> pair.getKey().get(0))
                .thenComparing(pair -> pair.getKey().get(1));
        while (merges.size() < most) {
            Map<List<String>, Long> counts = new TreeMap<>(Comparator.comparing(String::valueOf));
            for (int w = 0; w < split.size(); w++) {
                List<String> word = split.get(w);
                for (int i = 0; i + 1 < word.size(); i++) {
                    counts.merge(
                            List.of(word.get(i), word.get(i + 1)), words.get(w).count(), Long::sum);
                }
            }
            var pair = counts.entrySet().stream().min(best);
            if (pair.isEmpty() || pair.get().getValue() < minFrequency) {
                return merges;
            }
            List<String> sides = pair.get().getKey();
            merges.add(spelled(sides.get(0)) + " " + spelled(sides.get(1)));
            split.forEach(word -> merge(word, sides));
        }
        return merges;
    }

    private static void merge(List<String> word, List<String> sides) {
        for (int i = 0; i + 1 < word.size(); i++) {
            if (word.get(i).equals(sides.get(0)) && word.get(i + 1).equals(sides.get(1))) {
                word.set(i, sides.get(0) + sides.get(1));
                word.remove(i + 1);
            }
        }
    }

    private static String spelled(String bytes) {
        return ByteAlphabet.spelled(bytes.getBytes(StandardCharsets.ISO_8859_1));
    }

    private static List<WordCounts.WordCount> randomWords(Random random, int count, int letters) {
        List<WordCounts.WordCount> words = new ArrayList<>();
        for (int w = 0; w < count; w++) {
            var word = new StringBuilder();
            int length = 1 + random.nextInt(12);
            for (int i = 0; i < length; i++) {
                word.append((char) (random.nextInt(letters) * 51 % 256));
            }
            words.add(new WordCounts.WordCount(word.toString(), 1 + random.nextInt(5)));
        }
        return words;
    }

    @Test
    void learnsTheMergesOfTheDefinition() {
        for (int seed = 0; seed < 60; seed++) {
            Random random = new Random(seed);
            List<WordCounts.WordCount> words = randomWords(random, 1 + random.nextInt(60), 1 + random.nextInt(6));
            long minFrequency = 1L + random.nextInt(3);
            assertThat(merges(words, 40, minFrequency)).as("seed %d", seed).isEqualTo(naive(words, 40, minFrequency));
        }
    }

    @Test
    @Tag("goal-15")
    void theOrderOfTheWordsDoesNotMatter() {
        Random random = new Random(1);
        List<WordCounts.WordCount> words = randomWords(random, 500, 5);
        List<String> expected = merges(words, 200, 2);
        for (int i = 0; i < 5; i++) {
            Collections.shuffle(words, random);
            assertThat(merges(words, 200, 2)).isEqualTo(expected);
        }
    }

    @Test
    @Tag("goal-15")
    void countsBeyondThirtyTwoBitsAreRight() {
        long many = 2_400_000_000L;
        List<WordCounts.WordCount> words = List.of(
                new WordCounts.WordCount("  ", many),
                new WordCounts.WordCount("ab", many - 1),
                new WordCounts.WordCount("abc", 3),
                new WordCounts.WordCount("cd", 1L << 40));
        assertThat(merges(words, 4, 2)).containsExactly("c d", "a b", "Ġ Ġ", "ab c");
    }

    @Test
    void ofEquallyFrequentPairsTheSmallerBytesAreFirst() {
        List<WordCounts.WordCount> words = List.of(
                new WordCounts.WordCount("b\u00FF", 5),
                new WordCounts.WordCount("ba", 5),
                new WordCounts.WordCount("ab", 5),
                new WordCounts.WordCount("aa", 4));
        assertThat(merges(words, 3, 2)).containsExactly("a b", "b a", "b ÿ");
    }

    @Test
    void pairsThatAreTooRareAreNotMerged() {
        List<WordCounts.WordCount> words =
                List.of(new WordCounts.WordCount("ab", 2), new WordCounts.WordCount("cd", 1));
        assertThat(merges(words, 10, 2)).containsExactly("a b");
        BpeTokenizer tokenizer = BpeTrainer.train(words, 1_000, 2);
        assertThat(tokenizer.vocabularySize()).isEqualTo(258);
        assertThat(tokenizer.endOfDocument()).isEqualTo(257);
        assertThat(tokenizer.merges()).isEqualTo(1);
    }

    @Test
    void settingsThatMakeNoSenseAreRefused() {
        assertThatThrownBy(() -> BpeTrainer.train(List.of(), 256, 2))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("tokenizer.vocab: found 256, expected at least 257: the bytes and the end of a document");
        assertThatThrownBy(() -> BpeTrainer.train(List.of(), 257, 0))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("tokenizer.min-frequency: found 0, expected at least 1");
    }

    /** As many words as are learned from at most; the tests have a heap of 2 GB. */
    @Test
    @Tag("endurance")
    @Tag("goal-15")
    void thirtyTwoThousandIdsAreLearnedFromTwoMillionWords() {
        Random random = new Random(1);
        Set<String> words = new LinkedHashSet<>();
        while (words.size() < 2_000_000) {
            var word = new StringBuilder(" ");
            int letters = 2 + random.nextInt(14);
            for (int i = 0; i < letters; i++) {
                word.append((char) ('a' + Math.min(random.nextInt(26), random.nextInt(26))));
            }
            words.add(word.toString());
        }
        List<WordCounts.WordCount> counts = new ArrayList<>();
        for (String word : words) {
            counts.add(new WordCounts.WordCount(word, 1 + 4_000_000_000L / (counts.size() + 1)));
        }
        assertThat(BpeTrainer.train(counts, 32_768, 2).vocabularySize()).isEqualTo(32_768);
    }

    @Test
    @Tag("goal-15")
    void whatIsCutIsKnownExactlyWhateverTheParts() {
        List<WordCounts.WordCount> words = new ArrayList<>();
        for (int i = 0; i < 1_000; i++) {
            words.add(new WordCounts.WordCount("w" + i, 1 + i % 10));
        }
        var whole = new WordCounts.Top(250);
        words.forEach(whole::add);
        WordCounts.Top.Selection expected = whole.selection();
        assertThat(expected.top()).hasSize(250).isSortedAccordingTo(WordCounts.WordCount.ORDER);
        assertThat(expected.cutWords()).isEqualTo(750);
        assertThat(expected.occurrences()).isEqualTo(5_500);
        assertThat(expected.cutOccurrences()).isEqualTo(5_500 - (1_000 + 900 + 50 * 8));
        Collections.shuffle(words, new Random(2));
        var joined = new WordCounts.Top(250);
        for (List<WordCounts.WordCount> part :
                List.of(words.subList(0, 10), words.subList(10, 600), words.subList(600, 1_000))) {
            var selected = new WordCounts.Top(250);
            part.forEach(selected::add);
            joined.add(selected.selection());
        }
        assertThat(joined.selection()).isEqualTo(expected);
    }
}
