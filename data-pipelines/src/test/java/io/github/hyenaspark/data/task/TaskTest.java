package io.github.hyenaspark.data.task;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.hyenaspark.data.token.SymbolTokenizer;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.RepetitionInfo;
import org.junit.jupiter.api.Test;

/** Every example is checked against what its task says, by its text alone. */
class TaskTest {
    private static Task.Config config(int vocabulary, int length) {
        return new Task.Config(vocabulary, length, 0, 1, 1, 1);
    }

    private static List<String> example(Task task, Task.Config config, RepetitionInfo seed) {
        List<String> example = task.example(config, new Random(seed.getCurrentRepetition()));
        assertThat(SymbolTokenizer.ofSize(config.vocabulary()).symbols()).containsAll(example);
        return example;
    }

    @RepeatedTest(50)
    void theValueOfTheKeyThatIsAskedForStandsBehindIt(RepetitionInfo seed) {
        List<String> example = example(Task.ASSOCIATIVE_RECALL, config(10, 21), seed);
        assertThat(example).hasSize(2 * 10 + 3);
        // the numbers 0 to 7; keys are the first half
        Map<String, String> valueOf = new HashMap<>();
        for (int pair = 0; pair < 20; pair += 2) {
            String key = example.get(pair);
            assertThat(key).isIn("0", "1", "2", "3");
            assertThat(example.get(pair + 1)).isIn("4", "5", "6", "7");
            assertThat(valueOf.getOrDefault(key, example.get(pair + 1))).isEqualTo(example.get(pair + 1));
            valueOf.put(key, example.get(pair + 1));
        }
        assertThat(example.get(20)).isEqualTo("=>");
        assertThat(example.get(22)).isEqualTo(valueOf.get(example.get(21)));
    }

    @Test
    void keysAreTheFirstHalfOfTheNumbersInTheOrderOfStrings() {
        Set<String> keys = new HashSet<>();
        for (int seed = 0; seed < 100; seed++) {
            List<String> example = Task.ASSOCIATIVE_RECALL.example(config(30, 40), new Random(seed));
            for (int pair = 0; pair < 40; pair += 2) {
                keys.add(example.get(pair));
            }
        }
        assertThat(keys).containsExactlyInAnyOrder("0 1 10 11 12 13 14 15 16 17 18 19 2 20".split(" "));
    }

    @RepeatedTest(50)
    void theAnswerOfTheInductionHeadCameAfterTheSameSign(RepetitionInfo seed) {
        List<String> example = example(Task.INDUCTION_HEAD, config(12, 9), seed);
        assertThat(example).hasSize(11);
        List<String> before = example.subList(0, 9);
        assertThat(Collections.frequency(before, "=>")).isEqualTo(1);
        assertThat(example.get(9)).isEqualTo("=>");
        assertThat(example.get(10)).isEqualTo(before.get(before.indexOf("=>") + 1));
    }

    @RepeatedTest(50)
    void theMajorityIsTheMostFrequentNumber(RepetitionInfo seed) {
        List<String> example = example(Task.MAJORITY, config(6, 15), seed);
        assertThat(example).hasSize(17);
        Map<String, Long> counts = counts(example.subList(0, 15));
        long most = Collections.max(counts.values());
        assertThat(counts).containsEntry(example.get(16), most);
        assertThat(counts.values()).containsOnlyOnce(most);
    }

    @RepeatedTest(50)
    void theCountIsHowOftenTheNumberOccurred(RepetitionInfo seed) {
        List<String> example = example(Task.COUNTING, config(8, 15), seed);
        assertThat(example).hasSize(18);
        assertThat(example.get(15)).isEqualTo("=>");
        assertThat(counts(example.subList(0, 15)).get(example.get(16))).isEqualTo(Long.parseLong(example.get(17)));
    }

    @RepeatedTest(50)
    void theDigitsOfTheSumComeLastDigitFirst(RepetitionInfo seed) {
        List<String> example = example(Task.ARITHMETIC, config(12, 15), seed);
        assertThat(example).hasSize(7 + 1 + 7 + 1 + 7);
        long a = Long.parseLong(String.join("", example.subList(0, 7)));
        long b = Long.parseLong(String.join("", example.subList(8, 15)));
        String sum = new StringBuilder(String.join("", example.subList(16, 23)))
                .reverse()
                .toString();
        assertThat(example.get(7)).isEqualTo(".");
        assertThat(Long.parseLong(sum)).isEqualTo((a + b) % 10_000_000);
    }

    @Test
    void whatHasNoExamplesIsRefused() {
        assertThatThrownBy(() -> Task.ARITHMETIC.example(config(30, 15), new Random(1)))
                .hasMessage("task.vocabulary: found 30, expected 12: arithmetic has ten digits and two signs");
        assertThatThrownBy(() -> Task.COUNTING.example(config(4, 500), new Random(1)))
                .hasMessageContaining("counting gave no example in 1000 draws; expected a shorter length or a larger");
        assertThatThrownBy(() -> config(3, 4)).hasMessage("vocabulary: found 3, expected at least 4");
    }

    private static Map<String, Long> counts(List<String> symbols) {
        return symbols.stream().collect(Collectors.groupingBy(symbol -> symbol, Collectors.counting()));
    }
}
