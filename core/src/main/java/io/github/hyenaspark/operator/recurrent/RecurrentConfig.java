package io.github.hyenaspark.operator.recurrent;

import static io.github.hyenaspark.operator.nn.ParameterSpec.Group.BASE;
import static io.github.hyenaspark.operator.nn.ParameterSpec.Group.MATRIX;

import io.github.hyenaspark.operator.nn.Dense;
import io.github.hyenaspark.operator.nn.DifferentiableModule;
import io.github.hyenaspark.operator.nn.InferenceModule;
import io.github.hyenaspark.operator.nn.Initializer;
import io.github.hyenaspark.operator.nn.MixerConfig;
import io.github.hyenaspark.operator.nn.ParameterSpec;
import io.github.hyenaspark.operator.tensor.Activation;
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
    public List<ParameterSpec> parameters(Initializer.Linear linear) {
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
        return new Reference(this);
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

    /** The gradients of both biases of each sequence, in double. */
    @Override
    public long togetherFloats(int batchSize, int length, int threads) {
        return 2L * Double.BYTES / Float.BYTES * batchSize * cell.gates * width;
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

    /** The double reference of {@link RecurrentMixer}: by sequence, step and channel, and back through time. */
    private static final class Reference implements DifferentiableModule<double[]> {
        private final RecurrentConfig config;
        private final RecurrentConfig.Cell cell;
        private final int width;
        private double[] input = {};
        private double[] ofInput = {}; // W_i x + b_i, B×G·D×L
        private double[] hidden = {}; // B×D×L
        private Step[][] steps = {}; // by sequence

        Reference(RecurrentConfig config) {
            this.config = config;
            cell = config.cell();
            width = config.width();
        }

        /** What one step keeps, D or G·D each: h', c', W_h h' + b_h, the gates, h and c. */
        private record Step(
                double[] before,
                double[] memoryBefore,
                double[] ofHidden,
                double[] gates,
                double[] after,
                double[] memory) {
            static Step of(double[] before, double[] memoryBefore, double[] ofHidden) {
                int width = before.length;
                return new Step(
                        before,
                        memoryBefore,
                        ofHidden,
                        new double[ofHidden.length],
                        new double[width],
                        new double[width]);
            }
        }

        @Override
        public void forward(double[] newInput, double[] output, ForwardContext<double[]> pass) {
            config.checkLength(pass.length());
            input = newInput;
            int length = pass.length();
            ofInput = Dense.Reference.forward("in", input, pass);
            hidden = new double[input.length];
            steps = new Step[pass.batchSize()][length];
            for (int b = 0; b < pass.batchSize(); b++) {
                double[] h = new double[width];
                double[] c = new double[width];
                for (int t = 0; t < length; t++) {
                    Step step = Step.of(h, c, ofHidden(h, pass));
                    for (int d = 0; d < width; d++) {
                        forward(step, b, t, d, length);
                        hidden[(b * width + d) * length + t] = step.after[d];
                    }
                    steps[b][t] = step;
                    h = step.after;
                    c = step.memory;
                }
            }
            double[] result = Dense.Reference.forward("out", hidden, pass);
            System.arraycopy(result, 0, output, 0, result.length);
        }

        private double[] ofHidden(double[] h, ForwardContext<double[]> pass) {
            double[] weight = pass.parameter("hidden.weight");
            double[] result = pass.parameter("hidden.bias").clone();
            for (int row = 0; row < result.length; row++) {
                for (int d = 0; d < width; d++) {
                    result[row] += weight[row * width + d] * h[d];
                }
            }
            return result;
        }

        private void forward(Step step, int b, int t, int d, int length) {
            double[] x = new double[cell.gates];
            double[] a = new double[cell.gates];
            for (int gate = 0; gate < a.length; gate++) {
                x[gate] = ofInput[(b * cell.gates * width + gate * width + d) * length + t];
                a[gate] = x[gate] + step.ofHidden[gate * width + d];
            }
            switch (cell) {
                case RNN -> {
                    step.gates[d] = StrictMath.tanh(a[0]);
                    step.after[d] = step.gates[d];
                }
                case LSTM -> {
                    double i = Activation.SIGMOID.value(a[0]);
                    double f = Activation.SIGMOID.value(a[1]);
                    double g = StrictMath.tanh(a[2]);
                    double o = Activation.SIGMOID.value(a[3]);
                    keep(step, d, i, f, g, o);
                    step.memory[d] = f * step.memoryBefore[d] + i * g;
                    step.after[d] = o * StrictMath.tanh(step.memory[d]);
                }
                case GRU -> {
                    double r = Activation.SIGMOID.value(a[0]);
                    double z = Activation.SIGMOID.value(a[1]);
                    double n = StrictMath.tanh(x[2] + r * step.ofHidden[2 * width + d]);
                    keep(step, d, r, z, n);
                    step.after[d] = (1 - z) * n + z * step.before[d];
                }
            }
        }

        private void keep(Step step, int d, double... gates) {
            for (int gate = 0; gate < gates.length; gate++) {
                step.gates[gate * width + d] = gates[gate];
            }
        }

        @Override
        public void backward(double[] outputGradient, double[] inputGradient, ForwardContext<double[]> pass) {
            int length = pass.length();
            double[] dHidden = Dense.Reference.backward("out", hidden, outputGradient, pass);
            double[] dInput = new double[ofInput.length];
            for (int b = 0; b < pass.batchSize(); b++) {
                double[] dh = new double[width];
                double[] dc = new double[width];
                for (int t = length - 1; t >= 0; t--) {
                    Step step = steps[b][t];
                    double[] da = new double[step.gates.length]; // of what comes from the input
                    double[] dq = new double[step.gates.length]; // of what comes from the hidden state
                    for (int d = 0; d < width; d++) {
                        dh[d] += dHidden[(b * width + d) * length + t];
                        backward(step, d, dh, dc, da, dq);
                    }
                    for (int row = 0; row < da.length; row++) {
                        dInput[(b * da.length + row) * length + t] = da[row];
                    }
                    hiddenBackward(step, dq, dh, pass);
                }
            }
            double[] dx = Dense.Reference.backward("in", input, dInput, pass);
            System.arraycopy(dx, 0, inputGradient, 0, dx.length);
        }

        /** Replaces dh and dc by the gradients before the step, but for what comes through the hidden product. */
        private void backward(Step step, int d, double[] dh, double[] dc, double[] da, double[] dq) {
            switch (cell) {
                case RNN -> {
                    da[d] = dh[d] * (1 - step.gates[d] * step.gates[d]);
                    dq[d] = da[d];
                    dh[d] = 0;
                }
                case LSTM -> {
                    double i = step.gates[d];
                    double f = step.gates[width + d];
                    double g = step.gates[2 * width + d];
                    double o = step.gates[3 * width + d];
                    double tanh = StrictMath.tanh(step.memory[d]);
                    double total = dc[d] + dh[d] * o * (1 - tanh * tanh);
                    da[d] = total * g * i * (1 - i);
                    da[width + d] = total * step.memoryBefore[d] * f * (1 - f);
                    da[2 * width + d] = total * i * (1 - g * g);
                    da[3 * width + d] = dh[d] * tanh * o * (1 - o);
                    for (int gate = 0; gate < 4; gate++) {
                        dq[gate * width + d] = da[gate * width + d];
                    }
                    dc[d] = total * f;
                    dh[d] = 0;
                }
                case GRU -> {
                    double r = step.gates[d];
                    double z = step.gates[width + d];
                    double n = step.gates[2 * width + d];
                    double dn = dh[d] * (1 - z) * (1 - n * n);
                    da[d] = dn * step.ofHidden[2 * width + d] * r * (1 - r);
                    da[width + d] = dh[d] * (step.before[d] - n) * z * (1 - z);
                    da[2 * width + d] = dn;
                    dq[d] = da[d];
                    dq[width + d] = da[width + d];
                    dq[2 * width + d] = dn * r;
                    dh[d] *= z;
                }
            }
        }

        private void hiddenBackward(Step step, double[] dq, double[] dh, ForwardContext<double[]> pass) {
            double[] weight = pass.parameter("hidden.weight");
            double[] weightGradient = pass.gradient("hidden.weight");
            double[] biasGradient = pass.gradient("hidden.bias");
            for (int row = 0; row < dq.length; row++) {
                biasGradient[row] += dq[row];
                for (int d = 0; d < width; d++) {
                    weightGradient[row * width + d] += dq[row] * step.before[d];
                    dh[d] += dq[row] * weight[row * width + d];
                }
            }
        }
    }
}
