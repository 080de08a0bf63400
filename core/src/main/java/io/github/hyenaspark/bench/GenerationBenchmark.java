package io.github.hyenaspark.bench;

import io.github.hyenaspark.model.Generator;
import io.github.hyenaspark.model.HyenaLanguageModel;
import io.github.hyenaspark.model.ModelConfig;
import io.github.hyenaspark.model.Sampling;
import io.github.hyenaspark.train.config.SettingCheck;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.LongSupplier;
import java.util.stream.IntStream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Measures generation in one thread after a prompt of random ids, and the naive way, which runs the whole sequence
 * again for each token, both in CPU time of the thread. Untrained parameters take as long as trained ones.
 */
public final class GenerationBenchmark {
    private static final Logger LOG = LoggerFactory.getLogger(GenerationBenchmark.class);

    private static final LongSupplier CLOCK = BenchmarkLoop.clockOf(1);
    private static final long SEED = 1;
    private static final int SHORTEST = 8; // the shortest run has this fraction of the tokens
    private static final int NAIVE_POSITIONS = 16;

    private final Shape shape;
    private final HyenaLanguageModel model;
    private final int[] ids;
    private double promptSeconds;

    private GenerationBenchmark(Shape shape) {
        this.shape = shape;
        model = HyenaLanguageModel.create(shape.model(), shape.vocabularySize(), SEED);
        ids = new SplittableRandom(SEED)
                .ints(shape.prompt() + shape.tokens(), 0, shape.vocabularySize())
                .toArray();
    }

    /**
     * Measures after one generation as warm-up.
     *
     * @param repeats generations of each number of tokens, 0 for one
     */
    public static Measurement run(Shape shape, int repeats) {
        var benchmark = new GenerationBenchmark(shape);
        LOG.info("warmed up in {} s", benchmark.generate(shape.tokens()));
        List<Measurement.Run> runs = new ArrayList<>();
        for (int part = SHORTEST; part >= 1; part /= 2) {
            int tokens = Math.max(1, shape.tokens() / part);
            List<Double> seconds = new ArrayList<>();
            for (int repeat = 0; repeat < Math.max(1, repeats); repeat++) {
                seconds.add(benchmark.generate(tokens));
            }
            runs.add(new Measurement.Run(tokens, new BenchmarkLoop(seconds)));
        }
        double promptSeconds = benchmark.promptSeconds;
        int positions = Math.min(NAIVE_POSITIONS, shape.tokens());
        double naive = benchmark.naive(positions);
        return new Measurement(
                benchmark.model.parameterCount(), runs, promptSeconds, positions, naive * shape.tokens());
    }

    /** Seconds of one generation. */
    private double generate(int tokens) {
        int[] prompt = Arrays.copyOf(ids, shape.prompt());
        Generator generator =
                new Generator(model, shape.vocabularySize(), shape.model().lMax());
        promptSeconds = 0;
        long start = CLOCK.getAsLong();
        generator.generate(prompt, tokens, new Sampling.Greedy(), SEED, id -> {
            promptSeconds = promptSeconds == 0 ? seconds(start) : promptSeconds;
            return true;
        });
        return seconds(start);
    }

    /** Seconds per token, the mean over evenly spread positions. */
    private double naive(int positions) {
        model.logits(ids);
        return IntStream.range(0, positions)
                .mapToDouble(i -> {
                    int length = shape.prompt() + (int) ((i + 0.5) * shape.tokens() / positions);
                    int[] context = Arrays.copyOf(ids, length);
                    long start = CLOCK.getAsLong();
                    model.logits(context);
                    return seconds(start);
                })
                .average()
                .orElseThrow();
    }

    private static double seconds(long start) {
        return (CLOCK.getAsLong() - start) * 1e-9;
    }

    /**
     * The results.
     *
     * @param parameters P
     * @param runs generations of an eighth, a quarter, half and all of the tokens
     * @param promptSeconds time to the first token of the longest run
     * @param naivePositions how many positions of the naive way were measured
     * @param naiveSeconds of the naive way for all tokens: the mean at those positions, times the tokens
     */
    public record Measurement(
            long parameters, List<Run> runs, double promptSeconds, int naivePositions, double naiveSeconds) {
        /** Generations of the same number of tokens; times include the prompt. */
        public record Run(int tokens, BenchmarkLoop cpu) {}

        public Run longest() {
            return runs.get(runs.size() - 1);
        }

        public double speedup() {
            return naiveSeconds / longest().cpu().median();
        }
    }

    /**
     * The size of the generation.
     *
     * @param vocabularySize V, before padding
     * @param prompt tokens of the prompt
     * @param tokens to generate
     */
    public record Shape(ModelConfig model, int vocabularySize, int prompt, int tokens) {
        public Shape {
            SettingCheck.atLeast("vocab", vocabularySize, 1);
            SettingCheck.atLeast("length", prompt, 1);
            SettingCheck.atLeast("tokens", tokens, 1);
            model.checkLength(Math.addExact(prompt, tokens));
        }
    }
}
