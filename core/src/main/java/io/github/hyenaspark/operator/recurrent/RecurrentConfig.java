package io.github.hyenaspark.operator.recurrent;

import static io.github.hyenaspark.operator.nn.ParameterSpec.Group.BASE;
import static io.github.hyenaspark.operator.nn.ParameterSpec.Group.MATRIX;

import io.github.hyenaspark.operator.nn.Dense;
import io.github.hyenaspark.operator.nn.DifferentiableModule;
import io.github.hyenaspark.operator.nn.InferenceModule;
import io.github.hyenaspark.operator.nn.Initializer;
import io.github.hyenaspark.operator.nn.LinearInitializer;
import io.github.hyenaspark.operator.nn.MixerConfig;
import io.github.hyenaspark.operator.nn.ParameterSpec;
import io.github.hyenaspark.operator.tensor.FloatArray;
import io.github.hyenaspark.operator.tensor.ForwardContext;
import java.util.ArrayList;
import java.util.List;

/** A recurrent mixer of D channels, up to {@code maxLength} tokens: a cell as wide as its input, and a projection. */
public record RecurrentConfig(Cell cell, int width, int maxLength) implements MixerConfig {
    public RecurrentConfig {
        MixerConfig.checkSizes(width, maxLength);
    }

    /** The cell starts as in PyTorch, all of it uniform within 1/√D, also inside a language model. */
    @Override
    public List<ParameterSpec> parameters(LinearInitializer linear) {
        int rows = cell.gates * width;
        Initializer uniform = new Initializer.Uniform(1 / Math.sqrt(width));
        List<ParameterSpec> specs = new ArrayList<>();
        for (String product : List.of("in", "hidden")) {
            specs.add(new ParameterSpec(product + ".weight", List.of(rows, width), uniform, MATRIX));
            specs.add(new ParameterSpec(product + ".bias", List.of(rows), uniform, BASE));
        }
        specs.addAll(Dense.out(width).parameters(linear));
        return List.copyOf(specs);
    }

    @Override
    public DifferentiableModule<FloatArray> map() {
        return new RecurrentMixer(this);
    }

    @Override
    public DifferentiableModule<double[]> referenceModule() {
        return new ReferenceRecurrent(this);
    }

    /** Every pass costs what its own steps cost: the states are all that is kept. */
    @Override
    public InferenceModule<FloatArray> incrementalModule(int capacity, ForwardContext<FloatArray> pass) {
        RecurrentMixer mixer = new RecurrentMixer(this);
        return (input, output, next) -> {
            mixer.forward(input, output, next);
            mixer.continueSequence();
        };
    }

    /** Of a step: slots, h, its gradient and the memory; rows are those of all sequences at one step. */
    @Override
    public MixerConfig.Cost cost(int batchSize, int length) {
        long tokens = (long) batchSize * length;
        long states = 2L + cell.memories;
        long kept = ((cell.slots + states) * tokens + states * batchSize) * width;
        long rows = 4L * cell.slots + 8; // slots, biases and sums in double; CellRows has 8 more
        return new MixerConfig.Cost(
                MixerConfig.Cost.FLOP_PER_WEIGHT * tokens * (2L * cell.gates + 1) * width * width,
                0,
                1,
                kept,
                rows * batchSize * width);
    }

    /** PyTorch's {@code RNN}, {@code LSTM} and {@code GRU}, weights in its order of gates; a gate is D channels. */
    public enum Cell {
        /** h = tanh(a), one gate (Elman 1990). */
        RNN(1, 1, 0),
        /** c = f ⊙ c' + i ⊙ g, h = o ⊙ tanh c; gates i, f, g, o (Hochreiter and Schmidhuber 1997, Gers et al. 2000). */
        LSTM(4, 4, 1),
        /** h = (1 − z) ⊙ n + z ⊙ h', n = tanh(a + r ⊙ q); gates r, z, n (arXiv 1406.1078, q as in cuDNN). */
        GRU(3, 4, 0);

        final int gates; // each with its weights and biases
        final int slots; // what a step keeps, D each: its gates, and where needed apart, what the hidden state adds
        final int memories; // further states beside h that go from step to step

        Cell(int gates, int slots, int memories) {
            this.gates = gates;
            this.slots = slots;
            this.memories = memories;
        }

        /** Products of the hidden state: below {@code gates} they are added to the input's, else they have a slot. */
        List<HiddenProduct> hiddenProducts() {
            int shared = 2 * gates - slots;
            HiddenProduct sums = new HiddenProduct(0, 0, shared);
            return slots == gates ? List.of(sums) : List.of(sums, new HiddenProduct(gates, shared, gates - shared));
        }

        /** The hidden product of {@code gates} gates from {@code gate} on, into {@code slot} and following. */
        record HiddenProduct(int slot, int gate, int gates) {}

        CellStep step() {
            return switch (this) {
                case RNN -> new CellStep.Rnn();
                case LSTM -> new CellStep.Lstm();
                case GRU -> new CellStep.Gru();
            };
        }
    }
}
