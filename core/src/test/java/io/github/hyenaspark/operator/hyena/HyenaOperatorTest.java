package io.github.hyenaspark.operator.hyena;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.hyenaspark.operator.block.Rehearsal;
import io.github.hyenaspark.operator.filter.FilterConfig;
import io.github.hyenaspark.operator.h3.H3Config;
import io.github.hyenaspark.operator.nn.Initializer;
import io.github.hyenaspark.operator.nn.ParameterSpec;
import io.github.hyenaspark.operator.tensor.Activation;
import io.github.hyenaspark.operator.tensor.ComputePool;
import io.github.hyenaspark.testing.Closeness;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class HyenaOperatorTest {
    private static final long SEED = 20230221;

    @Test
    void aShorterInputUsesAPrefixOfTheFilters() {
        HyenaConfig config = OperatorConfigs.usual(6, 24);
        Rehearsal longer = rehearsal(config, 1, 24);
        Rehearsal shorter = rehearsal(config, 1, 9);
        shorter.parameters.putAll(longer.parameters);
        for (int d = 0; d < 6; d++) {
            System.arraycopy(longer.input, d * 24, shorter.input, d * 9, 9);
        }
        double[] whole = longer.reference(new ReferenceHyena(config)).output();
        double[] prefix = new double[6 * 9];
        for (int d = 0; d < 6; d++) {
            System.arraycopy(whole, d * 24, prefix, d * 9, 9);
        }
        Closeness.check("plain", shorter.reference(new ReferenceHyena(config)).output(), prefix, 1e-14);
        Closeness.check("floats", shorter.floats(new HyenaOperator(config)).output(), prefix, 1e-5);
    }

    /** Tiles and lanes of sums are full, and there are several. */
    @ParameterizedTest
    @ValueSource(ints = {255, 256, 257, 511, 512, 513, 1030})
    void longRowsAgreeWithThePlainForm(int length) {
        longRowsAgree(OperatorConfigs.usual(4, 1100), length);
        longRowsAgree(OperatorConfigs.withEveryFilterOption(4, 1100), length);
    }

    private static void longRowsAgree(HyenaConfig config, int length) {
        Rehearsal rehearsal = rehearsal(config, 2, length);
        Rehearsal.Result plain = rehearsal.reference(new ReferenceHyena(config));
        for (int threads : new int[] {1, 2, 5}) {
            rehearsal.pool = ComputePool.of(threads);
            HyenaOperator operator = new HyenaOperator(config);
            Rehearsal.Result floats = rehearsal.floats(operator);
            Closeness.check("output", floats.output(), plain.output(), 2e-5);
            Closeness.check("input gradient", floats.inputGradient(), plain.inputGradient(), 1e-4);
            plain.gradients().forEach((name, expected) -> {
                double[] found = floats.gradients().get(name);
                Closeness.check(name, found, expected, 2e-4);
                assertThat(rehearsal.floats(operator).gradients().get(name)).containsExactly(found);
            });
        }
    }

    @Test
    void configurationsThatMakeNoSenseAreRefused() {
        FilterConfig filter = OperatorConfigs.usual(6, 24).filter();
        assertThatThrownBy(() -> new HyenaConfig(6, 24, 1, 1, 3, Activation.ID, false, false, true, 0, filter))
                .hasMessage("order: found 1, expected at least 2");
        assertThatThrownBy(() -> new HyenaConfig(6, 24, 2, 4, 3, Activation.ID, false, false, true, 0, filter))
                .hasMessage("num-heads: found 4, expected a divisor of d-model 6");
        assertThatThrownBy(() -> new FilterConfig(
                        FilterConfig.Kind.IMPLICIT, 8, 4, 1, 6, true, 0, 0.01, 0.3, 1.5, false, true, true, 16, 64))
                .hasMessage("filter.emb: found 4, expected an odd number of at least 3");
        assertThatThrownBy(() -> OperatorConfigs.filter(FilterConfig.Kind.CKCONV, 0, 16, 64))
                .hasMessage("filter.sin-freq: found 0.0, expected a positive number");
        assertThatThrownBy(() -> OperatorConfigs.filter(FilterConfig.Kind.FOURIER, 6, 0, 64))
                .hasMessage("filter.modes: found 0, expected at least 1");
        assertThatThrownBy(() -> OperatorConfigs.filter(FilterConfig.Kind.STATE_SPACE, 6, 16, 5))
                .hasMessage("filter.states: found 5, expected an even number of at least 2");
        assertThatThrownBy(() ->
                        OperatorConfigs.withFilter(6, 24, OperatorConfigs.filter(FilterConfig.Kind.FOURIER, 6, 14, 64)))
                .hasMessage("filter.modes: found 14, expected at most 13, which is half of l-max 24, and the mean");
    }

    @Test
    void h3ThatMakesNoSenseIsRefused() {
        assertThatThrownBy(() -> new H3Config(6, 24, 7, 1))
                .hasMessage("h3.states: found 7, expected an even number of at least 2");
        assertThatThrownBy(() -> new H3Config(6, 24, 8, 4))
                .hasMessage("h3.head-dim: found 4, expected a divisor of d-model 6");
    }

    private static Rehearsal rehearsal(HyenaConfig config, int batchSize, int length) {
        List<ParameterSpec> specs = config.parameters(new Initializer.Linear.Alone());
        return new Rehearsal(specs, config.width(), batchSize, length, SEED);
    }
}
