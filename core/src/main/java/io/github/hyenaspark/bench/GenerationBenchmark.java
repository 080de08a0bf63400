package io.github.hyenaspark.bench;

import io.github.hyenaspark.model.Generator;
import io.github.hyenaspark.model.HyenaLanguageModel;
import io.github.hyenaspark.model.Sampling;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.LongSupplier;
import java.util.stream.IntStream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Measures generation by one thread after a prompt of random ids, and beside it the naive way, which runs the whole
 * sequence again for each token, both by the time of the thread. Untrained parameters take as long as trained ones.
 */
public final class GenerationBenchmark {
    private static final Logger LOG = LoggerFactory.getLogger(GenerationBenchmark.class);

    private static final LongSupplier CLOCK = Repeats.clockOf(1);
    private static final long SEED = 1;
    private static final int SHORTEST = 8; // share of the tokens in the shortest run
    private static final int NAIVE_POSITIONS = 16;

    private final GenerationShape shape;
    private final HyenaLanguageModel model;
    private final int[] ids;
    private double promptSeconds;

    private GenerationBenchmark(GenerationShape shape) {
        this.shape = shape;
        model = HyenaLanguageModel.create(shape.model(), shape.vocabularySize(), SEED);
        ids = new SplittableRandom(SEED)
                .ints(shape.prompt() + shape.tokens(), 0, shape.vocabularySize())
                .toArray();
    }

    /**
     * Measures, after one generation that does not count.
     *
     * @param repeats generations of each number of tokens, 0 for one
     */
    public static GenerationMeasurement run(GenerationShape shape, int repeats) {
        var benchmark = new GenerationBenchmark(shape);
        LOG.info("warmed up in {} s", benchmark.generate(shape.tokens()));
        List<GenerationMeasurement.Run> runs = new ArrayList<>();
        for (int part = SHORTEST; part >= 1; part /= 2) {
            int tokens = Math.max(1, shape.tokens() / part);
            List<Double> seconds = new ArrayList<>();
            for (int repeat = 0; repeat < Math.max(1, repeats); repeat++) {
                seconds.add(benchmark.generate(tokens));
            }
            runs.add(new GenerationMeasurement.Run(tokens, new Repeats(seconds)));
        }
        double promptSeconds = benchmark.promptSeconds;
        int positions = Math.min(NAIVE_POSITIONS, shape.tokens());
        double naive = benchmark.naive(positions);
        return new GenerationMeasurement(
                benchmark.model.parameterCount(), runs, promptSeconds, positions, naive * shape.tokens());
    }

    /** Seconds of one generation. */
    private double generate(int tokens) {
        int[] prompt = Arrays.copyOf(ids, shape.prompt());
        Generator generator =
                Generator.of(model, shape.vocabularySize(), shape.model().lMax());
        promptSeconds = 0;
        long start = CLOCK.getAsLong();
        generator.generate(prompt, tokens, new Sampling.Greedy(), SEED, id -> {
            promptSeconds = promptSeconds == 0 ? seconds(start) : promptSeconds;
            return true;
        });
        return seconds(start);
    }

    /** Seconds of a token, the mean of positions that are evenly spread over the tokens. */
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
}
