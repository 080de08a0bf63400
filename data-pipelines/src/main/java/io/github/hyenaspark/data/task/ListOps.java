package io.github.hyenaspark.data.task;

import static io.github.hyenaspark.data.token.SymbolTokenizer.CLOSE;
import static io.github.hyenaspark.data.token.SymbolTokenizer.OPEN;
import static io.github.hyenaspark.data.token.SymbolTokenizer.QUERY;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.random.RandomGenerator;

/**
 * Nested operators on digits, written as {@code [MAX 2 [SM 3 9 ] 0 ]}, and their value (Nangia and Bowman 2018, arXiv
 * 1804.06028). Drawn as in the Long Range Arena (arXiv 2011.04006, {@code lra_benchmarks/data/listops.py}): an argument
 * is an operator with probability 1/4, otherwise a digit; an operator has 2 to 10 arguments; a digit has at most 9
 * operators around it. Expressions that are too short or too long are discarded.
 */
final class ListOps {
    private static final double OPERATOR_PROBABILITY = 0.25;
    private static final int FEWEST_ARGUMENTS = 2;
    private static final int MOST_ARGUMENTS = 10;
    private static final int MOST_DEPTH = 10;

    private final RandomGenerator random;
    private final List<String> symbols = new ArrayList<>();
    private final Deque<Open> open = new ArrayDeque<>();

    private ListOps(RandomGenerator random) {
        this.random = random;
    }

    /** An expression of so many symbols, {@code =>} and its value; empty if the one drawn has another length. */
    static List<String> draw(int shortest, int longest, RandomGenerator random) {
        var drawn = new ListOps(random);
        drawn.begin(); // a digit alone would be too short
        int value;
        do {
            value = drawn.next();
        } while (!drawn.open.isEmpty() && drawn.symbols.size() <= longest);
        int length = drawn.symbols.size();
        if (!drawn.open.isEmpty() || length < shortest || length > longest) {
            return List.of();
        }
        drawn.symbols.addAll(List.of(QUERY, Integer.toString(value)));
        return drawn.symbols;
    }

    private void begin() {
        Operator operator = Operator.values()[random.nextInt(Operator.values().length)];
        open.push(new Open(operator, FEWEST_ARGUMENTS + random.nextInt(MOST_ARGUMENTS - FEWEST_ARGUMENTS + 1)));
        symbols.add(OPEN + operator);
    }

    /** Draws down to the next digit and closes what it completes; returns the value of the last one closed. */
    private int next() {
        while (open.size() < MOST_DEPTH - 1 && random.nextDouble() < OPERATOR_PROBABILITY) {
            begin();
        }
        int value = random.nextInt(10);
        symbols.add(Integer.toString(value));
        while (!open.isEmpty() && open.element().completes(value)) {
            value = open.pop().value();
            symbols.add(CLOSE);
        }
        return value;
    }

    private static final class Open {
        private final Operator operator;
        private final int[] arguments;
        private int count;

        Open(Operator operator, int arguments) {
            this.operator = operator;
            this.arguments = new int[arguments];
        }

        boolean completes(int argument) {
            arguments[count++] = argument;
            return count == arguments.length;
        }

        int value() {
            Arrays.sort(arguments);
            return operator.of(arguments);
        }
    }

    private enum Operator {
        MIN,
        MAX,
        /** The mean of the two in the middle, rounded down, if their number is even. */
        MED,
        /** The sum modulo 10. */
        SM;

        int of(int[] sorted) {
            return switch (this) {
                case MIN -> sorted[0];
                case MAX -> sorted[sorted.length - 1];
                case MED -> (sorted[(sorted.length - 1) / 2] + sorted[sorted.length / 2]) / 2;
                case SM -> Arrays.stream(sorted).sum() % 10;
            };
        }
    }
}
