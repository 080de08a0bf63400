package io.github.hyenaspark.operator.recurrent;

import io.github.hyenaspark.operator.tensor.FloatArray;
import io.github.hyenaspark.operator.tensor.ForwardContext;
import io.github.hyenaspark.operator.tensor.Matrix;
import io.github.hyenaspark.operator.tensor.SharedGradient;
import io.github.hyenaspark.operator.tensor.Tile;
import io.github.hyenaspark.operator.tensor.VectorOps;
import io.github.hyenaspark.operator.tensor.Workspace;
import java.util.Arrays;
import java.util.List;

/**
 * A cell from step to step: the products of the hidden state for all sequences of a member, then the cell element by
 * element. Members never wait for one another. Arrays of states begin with the state before the first step.
 */
final class Recurrence {
    private static final Workspace.Slot<FloatArray> CARRIED = Workspace.Slot.array();

    private final RecurrentConfig.Cell cell;
    private final CellStep step;
    private final int width;
    private final HiddenWeight weight;
    private final CellBiases biases;
    private ForwardContext<FloatArray> pass = ForwardContext.NONE;
    private StepMajor slots = new StepMajor(FloatArray.allocate(0), 0, 0);
    private StepMajor hidden = new StepMajor(FloatArray.allocate(0), 0, 0);
    private StepMajor memory = new StepMajor(FloatArray.allocate(0), 0, 0);
    private StepMajor hiddenGradient = new StepMajor(FloatArray.allocate(0), 0, 0);
    /** h and the memory of the one sequence that continues, D each; empty unless there is one. */
    private float[][] states = {};

    Recurrence(RecurrentConfig config) {
        cell = config.cell();
        step = cell.step();
        width = config.width();
        weight = new HiddenWeight(config);
        biases = new CellBiases(config);
    }

    void start(ForwardContext<FloatArray> newPass) {
        takeParameters(newPass);
        slots = room(slots, pass.length(), cell.slots);
        hidden = room(hidden, pass.length() + 1, 1);
        memory = room(memory, pass.length() + 1, cell.memories);
        hidden.values().zero((long) pass.batchSize() * hidden.channels());
        memory.values().zero((long) pass.batchSize() * memory.channels());
        if (states.length > 0) {
            hidden.at(0, 0, 1).write(0, states[0]);
            memory.at(0, 0, 1).write(0, states[1]);
        }
    }

    void startBackward(ForwardContext<FloatArray> newPass) {
        takeParameters(newPass);
        hiddenGradient = room(hiddenGradient, pass.length(), 1);
        biases.startGradients(pass);
    }

    private void takeParameters(ForwardContext<FloatArray> newPass) {
        pass = newPass;
        weight.start(pass);
        biases.start(pass);
    }

    private StepMajor room(StepMajor array, int steps, int parts) {
        int channels = parts * width;
        long size = (long) steps * pass.batchSize() * channels;
        return new StepMajor(array.values().roomFor(size), pass.batchSize(), channels);
    }

    /** The gates of a tile, steps×G·D: at first the products of the input, in the end the gradients of the sums. */
    Matrix gates(Tile tile) {
        return slots.of(tile, 0).columns(0, cell.gates * width);
    }

    /** Of the slots of a tile those that a product of the hidden state is in. */
    Matrix slots(Tile tile, RecurrentConfig.Cell.HiddenProduct product) {
        return slots.of(tile, 0).columns(product.slot() * width, product.gates() * width);
    }

    /** h after the steps of a tile, D×steps. */
    Matrix hidden(Tile tile) {
        return hidden.of(tile, 1).t();
    }

    Matrix hiddenBefore(Tile tile) {
        return hidden.of(tile, 0);
    }

    /** The gradient of h after the steps of a tile, D×steps, as far as it comes from the output. */
    Matrix hiddenGradient(Tile tile) {
        return hiddenGradient.of(tile, 0).t();
    }

    /** All steps of sequences {@code from} to before {@code to}, once the gates have the products of the input. */
    void forward(int from, int to, Workspace workspace) {
        int number = to - from;
        CellStep.Rows rows = new CellStep.Rows(cell, number * width, workspace);
        float[][] bias = biases.rows(number, workspace);
        hidden.at(0, from, to).read(0, number, rows.after);
        memory.at(0, from, to).read(0, number, rows.memoryAfter);
        for (int t = 0; t < pass.length(); t++) {
            rows.advance();
            Matrix ofStep = slots.at(t, from, to);
            weight.addProducts(hidden.at(t, from, to), ofStep);
            rows.copySlots(ofStep, width, false);
            for (int slot = 0; slot < cell.slots; slot++) {
                VectorOps.add(bias[slot], rows.slots[slot], rows.count);
            }
            step.forward(rows);
            rows.copySlots(ofStep, width, true);
            hidden.at(t + 1, from, to).write(0, number, rows.after);
            memory.at(t + 1, from, to).write(0, number, rows.memoryAfter);
        }
    }

    /** The same backwards, once the gradient of h is there; also sums up the gradients of the biases. */
    void backward(int from, int to, Workspace workspace) {
        int number = to - from;
        CellStep.Rows rows = new CellStep.Rows(cell, number * width, workspace);
        Arrays.fill(rows.gradient, 0, rows.count, 0f);
        Arrays.fill(rows.memoryGradient, 0, rows.count, 0f);
        double[][] sums = new double[cell.slots][rows.count];
        Matrix carried = Matrix.of(workspace.array(CARRIED, rows.count), number, width);
        hidden.at(pass.length(), from, to).read(0, number, rows.before);
        memory.at(pass.length(), from, to).read(0, number, rows.memoryBefore);
        for (int t = pass.length() - 1; t >= 0; t--) {
            rows.advance();
            hidden.at(t, from, to).read(0, number, rows.before);
            memory.at(t, from, to).read(0, number, rows.memoryBefore);
            hiddenGradient.at(t, from, to).read(0, number, rows.row);
            VectorOps.add(rows.row, rows.gradient, rows.count);
            Matrix ofStep = slots.at(t, from, to);
            rows.copySlots(ofStep, width, false);
            step.backward(rows);
            rows.copySlots(ofStep, width, true);
            for (int slot = 0; slot < cell.slots; slot++) {
                VectorOps.add(rows.slots[slot], sums[slot], rows.count);
            }
            weight.setGradient(ofStep, carried);
            carried.read(0, number, rows.row);
            VectorOps.add(rows.row, rows.gradient, rows.count);
        }
        biases.addGradients(from, sums, number);
    }

    void finishBackward() {
        biases.finishGradients();
    }

    /** From now on each pass continues the one sequence; there is no backward pass. */
    void continueSequence() {
        states = new float[2][width];
        hidden.at(pass.length(), 0, 1).read(0, 1, states[0]);
        memory.at(pass.length(), 0, 1).read(0, 1, states[1]);
    }

    /** The weight of the hidden state, G·D×D, in the products of a step. */
    static final class HiddenWeight {
        private final RecurrentConfig.Cell cell;
        private final int width;
        private FloatArray transposeValues = FloatArray.allocate(0);
        private Matrix weight = Matrix.of(transposeValues, 0, 0);
        /** D×G·D: where there is more than one sequence, small products are twice as fast without a transpose. */
        private Matrix transpose = weight;

        HiddenWeight(RecurrentConfig config) {
            cell = config.cell();
            width = config.width();
        }

        void start(ForwardContext<FloatArray> pass) {
            int rows = cell.gates * width;
            FloatArray values = pass.parameter("hidden.weight");
            weight = Matrix.of(values, rows, width);
            transpose = weight.t();
            if (pass.batchSize() > 1) {
                transposeValues = transposeValues.atLeast(values.length());
                transposeValues.write(0, transposed(values.toArray(), rows), Math.toIntExact(values.length()));
                transpose = Matrix.of(transposeValues, width, rows);
            }
        }

        private float[] transposed(float[] values, int rows) {
            float[] result = new float[values.length];
            for (int row = 0; row < rows; row++) {
                for (int column = 0; column < width; column++) {
                    result[column * rows + row] = values[row * width + column];
                }
            }
            return result;
        }

        /** Adds the products of h, one sequence a row, to the slots shared with the input, and sets the other slots. */
        void addProducts(Matrix hidden, Matrix slots) {
            for (RecurrentConfig.Cell.HiddenProduct product : cell.hiddenProducts()) {
                Matrix target = slots.columns(product.slot() * width, product.gates() * width);
                int from = product.gate() * width;
                Matrix factor = transpose.transposed()
                        ? weight.part(from, target.columns()).t()
                        : transpose.columns(from, target.columns());
                if (product.slot() < cell.gates) {
                    target.add(hidden, factor);
                } else {
                    target.set(hidden, factor);
                }
            }
        }

        /** Sets the gradient of h from those of the slots, one sequence a row. */
        void setGradient(Matrix slots, Matrix gradient) {
            boolean add = false;
            for (RecurrentConfig.Cell.HiddenProduct product : cell.hiddenProducts()) {
                Matrix source = slots.columns(product.slot() * width, product.gates() * width);
                Matrix factor = weight.part(product.gate() * width, source.columns());
                if (add) {
                    gradient.add(source, factor);
                } else {
                    gradient.set(source, factor);
                }
                add = true;
            }
        }
    }

    /** Activations step by step, L×B×C row-major; the steps of one sequence are a matrix of stride B·C. */
    record StepMajor(FloatArray values, int batchSize, int channels) {
        /** At one step the sequences from {@code from} to before {@code to}, one a row. */
        Matrix at(int step, int from, int to) {
            return new Matrix(values, start(step, from), to - from, channels, channels, false);
        }

        /** The steps of a tile, {@code later} steps later in this array, steps×C. */
        Matrix of(Tile tile, int later) {
            long start = start(tile.from() + later, tile.b());
            return new Matrix(values, start, tile.count(), channels, batchSize * channels, false);
        }

        private long start(int step, int b) {
            return ((long) step * batchSize + b) * channels;
        }
    }

    /** The biases of input and hidden state, G·D each; a slot that both are added to gets their sum. */
    static final class CellBiases {
        private static final Workspace.Slot<float[][]> BIASES = Workspace.Slot.rows();

        private final RecurrentConfig.Cell cell;
        private final int width;
        private final float[][] ofSlots; // slots×D
        private List<SharedGradient.OfVector> gradients = List.of(); // of both

        CellBiases(RecurrentConfig config) {
            cell = config.cell();
            width = config.width();
            ofSlots = new float[cell.slots][width];
        }

        void start(ForwardContext<FloatArray> pass) {
            for (float[] bias : ofSlots) {
                Arrays.fill(bias, 0f);
            }
            float[] ofInput = pass.parameter("in.bias").toArray();
            for (int gate = 0; gate < cell.gates; gate++) {
                System.arraycopy(ofInput, gate * width, ofSlots[gate], 0, width);
            }
            float[] ofHidden = pass.parameter("hidden.bias").toArray();
            eachHidden((slot, gate) -> {
                for (int d = 0; d < width; d++) {
                    ofSlots[slot][d] += ofHidden[gate * width + d];
                }
            });
        }

        private interface HiddenGate {
            void run(int slot, int gate);
        }

        private void eachHidden(HiddenGate work) {
            for (RecurrentConfig.Cell.HiddenProduct product : cell.hiddenProducts()) {
                for (int i = 0; i < product.gates(); i++) {
                    work.run(product.slot() + i, product.gate() + i);
                }
            }
        }

        /** By slot the bias again and again for {@code number} sequences. */
        float[][] rows(int number, Workspace workspace) {
            float[][] rows = workspace.rows(BIASES, cell.slots, number * width);
            for (int slot = 0; slot < cell.slots; slot++) {
                for (int b = 0; b < number; b++) {
                    System.arraycopy(ofSlots[slot], 0, rows[slot], b * width, width);
                }
            }
            return rows;
        }

        void startGradients(ForwardContext<FloatArray> pass) {
            gradients = List.of(
                    new SharedGradient.OfVector(pass, "in.bias", pass.batchSize(), cell.gates * width),
                    new SharedGradient.OfVector(pass, "hidden.bias", pass.batchSize(), cell.gates * width));
        }

        /** Takes the gradients of the slots, by slot {@code number} × D, of the sequences from {@code from} on. */
        void addGradients(int from, double[][] sums, int number) {
            for (int b = 0; b < number; b++) {
                double[] ofInput = gradients.get(0).of(from + b);
                double[] ofHidden = gradients.get(1).of(from + b);
                int at = b * width;
                for (int gate = 0; gate < cell.gates; gate++) {
                    System.arraycopy(sums[gate], at, ofInput, gate * width, width);
                }
                eachHidden((slot, gate) -> System.arraycopy(sums[slot], at, ofHidden, gate * width, width));
            }
        }

        void finishGradients() {
            gradients.forEach(SharedGradient.OfVector::finish);
            gradients = List.of();
        }
    }
}
