package io.github.hyenaspark.operator.recurrent;

import static io.github.hyenaspark.operator.nn.ParameterGroup.BASE;

import io.github.hyenaspark.operator.nn.ActivationMap;
import io.github.hyenaspark.operator.nn.DifferentiableMap;
import io.github.hyenaspark.operator.nn.Initial;
import io.github.hyenaspark.operator.nn.LinearInitial;
import io.github.hyenaspark.operator.nn.MixerConfig;
import io.github.hyenaspark.operator.nn.MixerCost;
import io.github.hyenaspark.operator.nn.OutputProjection;
import io.github.hyenaspark.operator.nn.ParameterSpec;
import io.github.hyenaspark.operator.tensor.FloatArray;
import io.github.hyenaspark.operator.tensor.Pass;
import java.util.ArrayList;
import java.util.List;

/**
 * A recurrent mixer: one layer of a cell whose hidden state is as wide as its input, and an output projection.
 *
 * @param cell what a step does
 * @param width D, channels in, out and of the hidden state
 * @param maxLength the longest sequence, tokens
 */
public record RecurrentConfig(RecurrentCell cell, int width, int maxLength) implements MixerConfig {
    public RecurrentConfig {
        MixerConfig.checkSizes(width, maxLength);
    }

    /** The cell starts as in PyTorch, all of it uniform within 1/√D, also inside a language model. */
    @Override
    public List<ParameterSpec> parameters(LinearInitial linear) {
        int rows = cell.gates() * width;
        Initial uniform = new Initial.Uniform(1 / Math.sqrt(width));
        List<ParameterSpec> specs = new ArrayList<>();
        for (String product : List.of("in", "hidden")) {
            specs.add(new ParameterSpec(product + ".weight", List.of(rows, width), uniform, BASE));
            specs.add(new ParameterSpec(product + ".bias", List.of(rows), uniform, BASE));
        }
        specs.addAll(OutputProjection.parameters(width, linear));
        return List.copyOf(specs);
    }

    @Override
    public DifferentiableMap<FloatArray> map() {
        return new RecurrentMixer(this);
    }

    @Override
    public DifferentiableMap<double[]> plainMap() {
        return new PlainRecurrent(this);
    }

    /** Every pass costs what its own steps cost: the states are all that is kept. */
    @Override
    public ActivationMap<FloatArray> onlineMap(int capacity, Pass<FloatArray> pass) {
        RecurrentMixer mixer = new RecurrentMixer(this);
        return (input, output, next) -> {
            mixer.forward(input, output, next);
            mixer.goOn();
        };
    }

    /** Of a step: slots, h, its gradient and the memory; rows are those of all sequences at one step. */
    @Override
    public MixerCost cost(int batchSize, int length) {
        long tokens = (long) batchSize * length;
        long states = 2L + cell.memories();
        long kept = ((cell.slots() + states) * tokens + states * batchSize) * width;
        long rows = 4L * cell.slots() + 8; // slots, biases and sums in double; CellRows has 8 more
        return new MixerCost(
                MixerCost.FLOP_PER_WEIGHT * tokens * (2L * cell.gates() + 1) * width * width,
                0,
                1,
                kept,
                rows * batchSize * width);
    }
}
