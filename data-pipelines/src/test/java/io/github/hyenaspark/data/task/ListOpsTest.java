package io.github.hyenaspark.data.task;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.hyenaspark.data.token.SymbolTokenizer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;

class ListOpsTest {
    private static List<String> example(int minLength, int length, Random random) {
        return Task.LISTOPS.example(new Task.Config(30, length, minLength, 1, 1, 1), random);
    }

    /** Reads an expression as its grammar says, and counts what the rules speak of. */
    private static final class Evaluator {
        private final Map<String, Integer> operators = new HashMap<>();
        private int deepest;
        private int fewest = 10;
        private int most;
        private int nodes;
        private int free;
        private int inner;

        int value(List<String> example) {
            Iterator<String> symbols = example.subList(0, example.size() - 2).iterator();
            int value = value(symbols.next(), symbols, 1);
            assertThat(symbols).isExhausted();
            return value;
        }

        private int value(String symbol, Iterator<String> rest, int depth) {
            deepest = Math.max(deepest, depth);
            nodes++;
            free += depth > 1 && depth < 10 ? 1 : 0;
            if (!symbol.startsWith("[")) {
                return Integer.parseInt(symbol);
            }
            inner += depth > 1 ? 1 : 0;
            operators.merge(symbol, 1, Integer::sum);
            List<Integer> arguments = new ArrayList<>();
            for (String next = rest.next(); !next.equals("]"); next = rest.next()) {
                arguments.add(value(next, rest, depth + 1));
            }
            fewest = Math.min(fewest, arguments.size());
            most = Math.max(most, arguments.size());
            return switch (symbol) {
                case "[MIN" -> arguments.stream().reduce(Math::min).orElseThrow();
                case "[MAX" -> arguments.stream().reduce(Math::max).orElseThrow();
                case "[SM" -> arguments.stream().reduce(0, (a, b) -> (a + b) % 10);
                case "[MED" -> median(arguments);
                default -> throw new AssertionError(symbol);
            };
        }

        private static int median(List<Integer> numbers) {
            List<Integer> sorted = numbers.stream().sorted().toList();
            double low = sorted.get((sorted.size() - 1) / 2);
            return (int) ((low + sorted.get(sorted.size() / 2)) / 2);
        }
    }

    @Test
    void theAnswerIsTheValueOfTheExpression() {
        Random random = new Random(5);
        int[] answers = new int[10];
        Set<String> symbols = new HashSet<>();
        var evaluator = new Evaluator();
        int longest = 0;
        int shortest = Integer.MAX_VALUE;
        for (int i = 0; i < 1000; i++) {
            List<String> example = example(0, 2000, random);
            symbols.addAll(example);
            int length = example.size() - 2;
            assertThat(length).isBetween(500, 2000);
            longest = Math.max(longest, length);
            shortest = Math.min(shortest, length);
            assertThat(example.get(length)).isEqualTo("=>");
            int value = evaluator.value(example);
            assertThat(example.get(length + 1)).isEqualTo(Integer.toString(value));
            answers[value]++;
        }
        assertThat(answers).doesNotContain(0);
        assertThat(symbols)
                .containsExactlyInAnyOrderElementsOf(SymbolTokenizer.listOps().symbols());
        assertThat(evaluator.fewest).isEqualTo(2);
        assertThat(evaluator.most).isEqualTo(10);
        assertThat(shortest).isLessThan(520);
        assertThat(longest).isGreaterThan(1900);
        assertThat(evaluator.deepest).isEqualTo(10);
    }

    /** Bounds that exclude almost nothing leave the probabilities of the published rule. */
    @Test
    void operatorsAndArgumentsAreDrawnByThePublishedRule() {
        Random random = new Random(6);
        var evaluator = new Evaluator();
        int firstIsOperator = 0;
        int draws = 2000;
        for (int i = 0; i < draws; i++) {
            List<String> example = example(4, 9000, random);
            evaluator.value(example);
            firstIsOperator += example.get(1).startsWith("[") ? 1 : 0;
        }
        // three standard deviations of a share of 2,000 draws
        assertThat((double) firstIsOperator / draws).isCloseTo(0.25, Offset.offset(0.029));
        int operators = evaluator.inner + draws;
        assertThat((double) evaluator.inner / evaluator.free).isCloseTo(0.25, Offset.offset(0.01));
        assertThat((evaluator.nodes - draws) / (double) operators).isCloseTo(6, Offset.offset(0.1));
        assertThat(evaluator.operators).hasSize(4);
        assertThat(evaluator.operators.values())
                .allSatisfy(count -> assertThat((double) count / operators).isCloseTo(0.25, Offset.offset(0.01)));
    }

    @Test
    void theShortestLengthIsAQuarterUnlessItIsSet() {
        for (int seed = 0; seed < 300; seed++) {
            assertThat(example(0, 80, new Random(seed))).hasSizeBetween(20 + 2, 80 + 2);
            assertThat(example(70, 80, new Random(seed))).hasSizeBetween(70 + 2, 80 + 2);
        }
        assertThat(example(7, 7, new Random(1))).hasSize(7 + 2).isEqualTo(example(7, 7, new Random(1)));
        var config = new Task.Config(30, 80, 0, 1, 1, 1);
        assertThat(TaskInput.of("task:listops", config).sequenceLength()).isEqualTo(82);
    }

    @Test
    void lengthsThatNoExpressionHasAreRefused() {
        assertThatThrownBy(() -> example(0, 40_000, new Random(1)))
                .hasMessage("task.length: found 40000 with task.min-length=0 and task.vocabulary=30, for which listops"
                        + " gave no example in 1000 draws; expected 4 to 5000 and a smaller minimum");
        assertThatThrownBy(() -> example(9, 8, new Random(1)))
                .hasMessage("min-length: found 9, expected 0 to length, 8");
    }
}
