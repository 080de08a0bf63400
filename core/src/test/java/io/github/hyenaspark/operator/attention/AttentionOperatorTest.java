package io.github.hyenaspark.operator.attention;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.withinPercentage;

import io.github.hyenaspark.operator.block.KeptMemory;
import io.github.hyenaspark.operator.block.Rehearsal;
import io.github.hyenaspark.operator.nn.DifferentiableModule;
import io.github.hyenaspark.operator.nn.Initializer;
import io.github.hyenaspark.operator.nn.MixerConfig;
import io.github.hyenaspark.operator.tensor.ComputePool;
import io.github.hyenaspark.operator.tensor.FloatArray;
import io.github.hyenaspark.operator.tensor.ForwardContext;
import io.github.hyenaspark.operator.tensor.Matrix;
import io.github.hyenaspark.operator.tensor.Tile;
import io.github.hyenaspark.testing.Closeness;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AttentionOperatorTest {
    private static final long SEED = 20170612;
    private static final AttentionConfig MEMORY_CONFIG = new AttentionConfig(8, 4096, 2, true);

    /** Blocks are full, and there are several; fewer heads than threads, as many, and some left over. */
    @ParameterizedTest
    @CsvSource({
        "255, 1, 1, 1",
        "256, 1, 2, 3",
        "257, 1, 1, 2",
        "511, 2, 1, 2",
        "512, 3, 1, 2",
        "513, 2, 2, 3",
        "700, 1, 1, 5",
        "700, 3, 2, 4"
    })
    void longRowsAgreeWithThePlainForm(int length, int batchSize, int heads, int threads) {
        AttentionConfig config = new AttentionConfig(4, 1100, heads, true);
        Rehearsal rehearsal = rehearsal(config, batchSize, length);
        Rehearsal.Result plain = rehearsal.reference(config.referenceModule());
        rehearsal.pool = ComputePool.of(threads);
        DifferentiableModule<FloatArray> map = config.map();
        Rehearsal.Result floats = rehearsal.floats(map);
        Closeness.check("output", floats.output(), plain.output(), 2e-5);
        Closeness.check("input gradient", floats.inputGradient(), plain.inputGradient(), 1e-4);
        Rehearsal.Result again = rehearsal.floats(map);
        assertThat(again.inputGradient()).containsExactly(floats.inputGradient());
        plain.gradients().forEach((name, expected) -> {
            double[] found = floats.gradients().get(name);
            Closeness.check(name, found, expected, 2e-4);
            assertThat(again.gradients().get(name)).containsExactly(found);
        });
    }

    /** Scores of hundreds, whose exponentials are no floats: the largest is taken off, also where it is a late one. */
    @Test
    void largeScoresDoNotOverflow() {
        AttentionConfig config = new AttentionConfig(4, 600, 2, false);
        Rehearsal rehearsal = rehearsal(config, 1, 600);
        for (int i = 0; i < rehearsal.input.length; i++) {
            rehearsal.input[i] = (float) (rehearsal.input[i] * 0.1 * (i % 600));
        }
        double[] plain = rehearsal.reference(config.referenceModule()).output();
        double[] floats = rehearsal.floats(config.map()).output();
        // scores of up to 500 are rounded by 3e-5, which is the relative error of their exponentials
        Closeness.check("output", floats, plain, 1e-4);
    }

    /** The same tokens 5,000 steps later have other queries and keys, and the same scores. */
    @Test
    void rotaryScoresDependOnTheDistanceAlone() {
        AttentionConfig config = new AttentionConfig(8, 24, 1, true);
        Rehearsal rehearsal = rehearsal(config, 1, 24);
        double[] early = scores(config, rehearsal, 0);
        double[] late = scores(config, rehearsal, 5000);
        Closeness.check("scores 5000 steps later", late, early, 2e-6);
        HeadTiles unturned = projected(new AttentionConfig(8, 24, 1, false), rehearsal, 0);
        assertThat(scores(unturned, rehearsal)).isNotEqualTo(early);
    }

    private static double[] scores(AttentionConfig config, Rehearsal rehearsal, int before) {
        return scores(projected(config, rehearsal, before), rehearsal);
    }

    private static HeadTiles projected(AttentionConfig config, Rehearsal rehearsal, int before) {
        HeadTiles tiles = new HeadTiles(config);
        tiles.forward(Rehearsal.floats(rehearsal.input), before, pass(rehearsal));
        return tiles;
    }

    private static double[] scores(HeadTiles tiles, Rehearsal rehearsal) {
        FloatArray scores = FloatArray.allocate(24 * 24);
        Tile.each(
                pass(rehearsal),
                HeadTiles.LENGTH,
                tile -> Matrix.of(scores, 24, 24)
                        .set(tiles.of(HeadTiles.Operand.KEY, 0, tile).t(), tiles.of(HeadTiles.Operand.QUERY, 0, tile)));
        return Rehearsal.doubles(scores);
    }

    private static ForwardContext<FloatArray> pass(Rehearsal rehearsal) {
        Map<String, FloatArray> parameters = new HashMap<>();
        rehearsal.parameters.forEach((name, values) -> parameters.put(name, Rehearsal.floats(values)));
        return ForwardContext.of(1, 24, parameters, Map.of());
    }

    @Test
    void whatItKeepsGrowsWithTheLengthAndNotWithItsSquare() throws IllegalAccessException {
        long one = keptBytes(1024);
        long two = keptBytes(2048);
        long four = keptBytes(4096);
        // what does not grow are the two blocks of scores that exist at a time
        assertThat(four - two).isEqualTo(2 * (two - one));
        assertThat(two - one).isLessThan(one);
        long input = 8 * 2048;
        long counted = floats(MEMORY_CONFIG.cost(1, 4096)) - floats(MEMORY_CONFIG.cost(1, 2048)) + input;
        assertThat((four - two) / Float.BYTES).isCloseTo(counted, withinPercentage(1));
    }

    private static long floats(MixerConfig.Cost cost) {
        return cost.keptFloats() + cost.rowFloats();
    }

    /** All arrays of the map and of its thread after a forward and a backward pass. */
    private static long keptBytes(int length) throws IllegalAccessException {
        Rehearsal rehearsal = rehearsal(MEMORY_CONFIG, 1, length);
        rehearsal.pool = ComputePool.of(1);
        DifferentiableModule<FloatArray> map = MEMORY_CONFIG.map();
        rehearsal.floats(map);
        return KeptMemory.bytes(map, rehearsal.pool.workspace(0));
    }

    @Test
    void configurationsThatMakeNoSenseAreRefused() {
        assertThatThrownBy(() -> new AttentionConfig(6, 24, 4, false))
                .hasMessage("attention.heads: found 4, expected a divisor of d-model 6");
        assertThatThrownBy(() -> new AttentionConfig(6, 24, 2, true))
                .hasMessage("attention.heads: found 2 of 3 channels, expected an even number of channels, which rotary"
                        + " positions rotate in pairs; choose other heads or positions");
    }

    private static Rehearsal rehearsal(AttentionConfig config, int batchSize, int length) {
        return new Rehearsal(
                config.parameters(new Initializer.Linear.Alone()), config.width(), batchSize, length, SEED);
    }
}
