package io.github.hyenaspark.operator.hyena;

import static io.github.hyenaspark.operator.nn.ParameterSpec.Group.BASE;

import io.github.hyenaspark.operator.filter.FilterWindow;
import io.github.hyenaspark.operator.filter.PositionalEncoding;
import io.github.hyenaspark.operator.nn.Initializer;
import io.github.hyenaspark.operator.nn.InputProjection;
import io.github.hyenaspark.operator.nn.LinearInitializer;
import io.github.hyenaspark.operator.nn.OutputProjection;
import io.github.hyenaspark.operator.nn.ParameterSpec;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/** The parameters of one Hyena operator, in their order in memory. */
public final class HyenaParameters {
    private HyenaParameters() {}

    /** All of them; what the configuration keeps constant or leaves out is not among them. */
    public static List<ParameterSpec> of(HyenaConfig config, LinearInitializer linear) {
        int width = config.width();
        int projections = config.projections();
        Initializer shortFilter = new Initializer.Uniform(1 / Math.sqrt(config.shortLength()));
        List<ParameterSpec> specs = new ArrayList<>();
        specs.addAll(InputProjection.parameters(width, projections, linear));
        specs.add(new ParameterSpec("short.weight", List.of(projections, config.shortLength()), shortFilter, BASE));
        specs.add(new ParameterSpec("short.bias", List.of(projections), shortFilter, BASE));
        filter(config, linear).forEach(spec -> specs.add(spec.within("filter")));
        if (config.postOrderMixing()) {
            Initializer mix = new Initializer.Normal(1 / Math.sqrt(config.headWidth()));
            specs.add(new ParameterSpec(
                    "head-mix", List.of(config.order() - 1, config.heads(), config.heads()), mix, BASE));
        }
        specs.addAll(OutputProjection.parameters(width, linear));
        return List.copyOf(specs);
    }

    /** τ, M: the time from 0 to 1 at every position. */
    public static double[] times(HyenaConfig config) {
        return IntStream.range(0, config.maxLength())
                .mapToDouble(i -> PositionalEncoding.time(i, config.maxLength()))
                .toArray();
    }

    /** z, M×E, row-major: what the positional encoding is before it is trained, and always if it is not. */
    public static double[] positions(HyenaConfig config) {
        return PositionalEncoding.features(config.maxLength(), config.filter().emb());
    }

    /** δ, F: what the decay rates of the window are before they are trained, and always if they are not. */
    public static double[] decayRates(HyenaConfig config) {
        return FilterWindow.DecayWindow.rates(config.filter(), config.filters());
    }

    private static List<ParameterSpec> filter(HyenaConfig config, LinearInitializer linear) {
        List<ParameterSpec> specs = new ArrayList<>(config.filterSpec().parameters(linear));
        if (config.directTerm()) {
            specs.add(new ParameterSpec("direct", List.of(config.filters()), new Initializer.Normal(1), BASE));
        }
        return specs;
    }
}
