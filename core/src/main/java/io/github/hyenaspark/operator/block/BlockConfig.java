package io.github.hyenaspark.operator.block;

import static io.github.hyenaspark.operator.nn.ParameterSpec.Group.BASE;
import static io.github.hyenaspark.operator.nn.ParameterSpec.Group.MATRIX;

import io.github.hyenaspark.operator.nn.Initializer;
import io.github.hyenaspark.operator.nn.MixerConfig;
import io.github.hyenaspark.operator.nn.ParameterSpec;
import java.util.ArrayList;
import java.util.List;

/** One block of the residual stream; dropout is the share of both branches' outputs set to zero in training. */
public record BlockConfig(MixerConfig mixer, int innerWidth, double dropout) {
    public BlockConfig {
        MixerConfig.check(innerWidth >= 1, "d-inner", innerWidth, "at least 1");
        MixerConfig.check(dropout >= 0 && dropout < 1, "dropout", dropout, "a number in [0, 1)");
    }

    /** The parameters in their order in memory. */
    public List<ParameterSpec> parameters(Initializer.Linear linear) {
        int width = mixer.width();
        List<ParameterSpec> specs = new ArrayList<>();
        norm(width).forEach(spec -> specs.add(spec.within("norm1")));
        mixer.parameters(linear).forEach(spec -> specs.add(spec.within("mixer")));
        norm(width).forEach(spec -> specs.add(spec.within("norm2")));
        specs.add(new ParameterSpec("fc1.weight", List.of(innerWidth, width), linear.weight(width), MATRIX));
        specs.add(new ParameterSpec("fc1.bias", List.of(innerWidth), linear.bias(width), BASE));
        specs.add(new ParameterSpec("fc2.weight", List.of(width, innerWidth), linear.outputWeight(innerWidth), MATRIX));
        specs.add(new ParameterSpec("fc2.bias", List.of(width), linear.bias(innerWidth), BASE));
        return List.copyOf(specs);
    }

    /** Weight and bias of a layer normalisation. */
    public static List<ParameterSpec> norm(int width) {
        return List.of(
                new ParameterSpec("weight", List.of(width), new Initializer.Constant(1), BASE),
                new ParameterSpec("bias", List.of(width), new Initializer.Constant(0), BASE));
    }
}
