package io.github.hyenaspark.data.task;

import static io.github.hyenaspark.data.token.SymbolTokenizer.QUERY;
import static io.github.hyenaspark.data.token.SymbolTokenizer.STOP;

import io.github.hyenaspark.config.SettingNames;
import io.github.hyenaspark.data.token.SymbolTokenizer;
import io.github.hyenaspark.io.Refusal;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;

/**
 * Synthetic tasks that tell operators apart (section 4.1 and appendix A of arXiv 2302.10866). Every example ends with
 * {@code =>} and what a model must know by then; its last symbol is the answer.
 */
public enum Task {
    /**
     * ⌊length/2⌋ pairs of a key and its value, then a key that occurred and its value. Keys are the first half of the
     * numbers in the order of strings, values the second; every example maps keys to values at random. As in safari's
     * code.
     */
    ASSOCIATIVE_RECALL {
        @Override
        List<String> draw(Config config, RandomGenerator random) {
            List<String> numbers = numbers(config);
            int keys = numbers.size() / 2;
            int[] valueOf = random.ints(keys, keys, numbers.size()).toArray();
            int[] asked = random.ints(config.length() / 2, 0, keys).toArray();
            List<String> example = new ArrayList<>();
            for (int key : asked) {
                example.add(numbers.get(key));
                example.add(numbers.get(valueOf[key]));
            }
            int key = asked[random.nextInt(asked.length)];
            example.addAll(List.of(QUERY, numbers.get(key), numbers.get(valueOf[key])));
            return example;
        }
    },
    /** Numbers, one replaced by {@code =>}; then {@code =>} and the number that followed it. As in safari's code. */
    INDUCTION_HEAD {
        @Override
        List<String> draw(Config config, RandomGenerator random) {
            List<String> example = drawn(config, random);
            int place = random.nextInt(config.length() - 1);
            example.set(place, QUERY);
            example.addAll(List.of(QUERY, example.get(place + 1)));
            return example;
        }
    },
    /** Numbers, then the one that occurred most often. */
    MAJORITY {
        @Override
        List<String> draw(Config config, RandomGenerator random) {
            List<String> example = drawn(config, random);
            int[] counts = counts(example, config);
            int most = Arrays.stream(counts).max().orElseThrow();
            int[] found = IntStream.range(0, counts.length)
                    .filter(number -> counts[number] == most)
                    .toArray();
            if (found.length > 1) {
                return List.of();
            }
            example.addAll(List.of(QUERY, Integer.toString(found[0])));
            return example;
        }
    },
    /** Numbers, then one that occurred and how often it did. */
    COUNTING {
        @Override
        List<String> draw(Config config, RandomGenerator random) {
            List<String> example = drawn(config, random);
            String asked = example.get(random.nextInt(example.size()));
            int count = counts(example, config)[Integer.parseInt(asked)];
            if (count >= config.numbers()) {
                return List.of();
            }
            example.addAll(List.of(QUERY, asked, Integer.toString(count)));
            return example;
        }
    },
    /**
     * Two numbers of ⌊(length−1)/2⌋ digits with {@code .} between them, then as many digits of their sum, the last one
     * first: the last symbol depends on all digits. Its vocabulary is 12.
     */
    ARITHMETIC {
        @Override
        List<String> draw(Config config, RandomGenerator random) {
            if (config.numbers() != 10) {
                throw new IllegalArgumentException("task.vocabulary: found " + config.vocabulary()
                        + ", expected 12: arithmetic has ten digits and two signs");
            }
            int digits = Math.max(1, (config.length() - 1) / 2);
            int[] a = random.ints(digits, 0, 10).toArray();
            int[] b = random.ints(digits, 0, 10).toArray();
            List<String> example = new ArrayList<>();
            Arrays.stream(a).forEach(digit -> example.add(Integer.toString(digit)));
            example.add(STOP);
            Arrays.stream(b).forEach(digit -> example.add(Integer.toString(digit)));
            example.add(QUERY);
            int carry = 0;
            for (int i = digits - 1; i >= 0; i--) {
                int sum = a[i] + b[i] + carry;
                example.add(Integer.toString(sum % 10));
                carry = sum / 10;
            }
            return example;
        }
    },
    /** An expression of {@link ListOps} and its value. It has symbols of its own. */
    LISTOPS {
        @Override
        List<String> draw(Config config, RandomGenerator random) {
            return ListOps.draw(config.shortest(), config.length(), random);
        }

        @Override
        SymbolTokenizer tokenizer(Config config) {
            return SymbolTokenizer.listOps();
        }

        @Override
        int longest(Config config) {
            return config.length() + 2;
        }
    };

    private static final int MOST_DRAWS = 1000;

    /** One example, its symbols in order; refuses settings that make examples nearly impossible. */
    public List<String> example(Config config, RandomGenerator random) {
        for (int draw = 0; draw < MOST_DRAWS; draw++) {
            List<String> example = draw(config, random);
            if (!example.isEmpty()) {
                return example;
            }
        }
        throw new IllegalArgumentException("task.length: found " + config.length() + " with task.min-length="
                + config.minLength() + " and task.vocabulary=" + config.vocabulary() + ", for which " + settingName()
                + " gave no example in " + MOST_DRAWS + " draws; expected "
                + (this == LISTOPS ? "4 to 5000 and a smaller minimum" : "a shorter length or a larger vocabulary"));
    }

    /** Draws an example; empty if what was drawn has no answer. */
    abstract List<String> draw(Config config, RandomGenerator random);

    SymbolTokenizer tokenizer(Config config) {
        return SymbolTokenizer.ofSize(config.vocabulary());
    }

    /** Symbols of the longest example. */
    int longest(Config config) {
        return example(config, new Random(config.seed())).size();
    }

    public String settingName() {
        return SettingNames.of(this);
    }

    private static List<String> numbers(Config config) {
        List<String> symbols = SymbolTokenizer.ofSize(config.vocabulary()).symbols();
        return symbols.subList(1, symbols.size() - 1);
    }

    private static List<String> drawn(Config config, RandomGenerator random) {
        List<String> drawn = new ArrayList<>();
        random.ints(config.length(), 0, config.numbers()).forEach(number -> drawn.add(Integer.toString(number)));
        return drawn;
    }

    private static int[] counts(List<String> example, Config config) {
        int[] counts = new int[config.numbers()];
        example.forEach(symbol -> counts[Integer.parseInt(symbol)]++);
        return counts;
    }

    /**
     * The section {@code task} of the settings: the examples that {@code data.input=task:NAME} stands for, of V
     * symbols, two of them signs, and so many before the question.
     *
     * @param minLength of the examples of different lengths that {@link Task#LISTOPS} has; 0: a quarter of the length
     */
    public record Config(int vocabulary, int length, int minLength, int examples, int validationExamples, long seed) {
        public Config {
            Refusal.below(4, "vocabulary", vocabulary);
            Refusal.below(2, "length", length);
            boolean fits = minLength >= 0 && minLength <= length;
            Refusal.unless(fits, "min-length", minLength, "0 to length, " + length);
            Refusal.below(1, "examples", examples);
            Refusal.below(1, "validation-examples", validationExamples);
        }

        int numbers() {
            return vocabulary - 2;
        }

        int shortest() {
            return minLength > 0 ? minLength : length / 4;
        }
    }
}
