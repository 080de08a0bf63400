package io.github.hyenaspark.operator.recurrent;

import io.github.hyenaspark.operator.tensor.FloatArray;
import io.github.hyenaspark.operator.tensor.Matrix;
import io.github.hyenaspark.operator.tensor.Pass;
import io.github.hyenaspark.operator.tensor.Rows;
import io.github.hyenaspark.operator.tensor.Scratch;
import io.github.hyenaspark.operator.tensor.Tile;

/**
 * A cell from step to step: at each the products of the hidden state, for all sequences of a member at once, then what
 * the cell does element by element. Members of a team have sequences of their own and never wait for one another.
 * Arrays of states have a step more than the sequences: what is before the first.
 */
final class Recurrence {
    private final RecurrentCell cell;
    private final CellStep step;
    private final int width;
    private final HiddenWeight weight;
    private final CellBiases biases;
    private Pass<FloatArray> pass = Pass.NONE;
    private StepMajor slots = new StepMajor(FloatArray.allocate(0), 0, 0);
    private StepMajor hidden = new StepMajor(FloatArray.allocate(0), 0, 0);
    private StepMajor memory = new StepMajor(FloatArray.allocate(0), 0, 0);
    private StepMajor hiddenGradient = new StepMajor(FloatArray.allocate(0), 0, 0);
    /** h and the memory of the one sequence that goes on, D each; empty unless there is one. */
    private float[][] states = {};

    Recurrence(RecurrentConfig config) {
        cell = config.cell();
        step = cell.step();
        width = config.width();
        weight = new HiddenWeight(config);
        biases = new CellBiases(config);
    }

    /** Takes the parameters of a pass and makes room for its batch. */
    void start(Pass<FloatArray> newPass) {
        takeParameters(newPass);
        slots = room(slots, pass.length(), cell.slots());
        hidden = room(hidden, pass.length() + 1, 1);
        memory = room(memory, pass.length() + 1, cell.memories());
        hidden.values().zero((long) pass.batchSize() * hidden.channels());
        memory.values().zero((long) pass.batchSize() * memory.channels());
        if (states.length > 0) {
            hidden.at(0, 0, 1).write(0, states[0]);
            memory.at(0, 0, 1).write(0, states[1]);
        }
    }

    /** The same for the backward pass of the batch. */
    void startBackward(Pass<FloatArray> newPass) {
        takeParameters(newPass);
        hiddenGradient = room(hiddenGradient, pass.length(), 1);
        biases.startGradients(pass);
    }

    private void takeParameters(Pass<FloatArray> newPass) {
        pass = newPass;
        weight.start(pass);
        biases.start(pass);
    }

    private StepMajor room(StepMajor array, int steps, int parts) {
        int channels = parts * width;
        long size = (long) steps * pass.batchSize() * channels;
        return new StepMajor(array.values().atLeast(size), pass.batchSize(), channels);
    }

    /** The gates of a tile, steps×G·D: at first the products of the input, in the end the gradients of the sums. */
    Matrix gates(Tile tile) {
        return slots.of(tile, 0).columns(0, cell.gates() * width);
    }

    /** Of the slots of a tile those that a product of the hidden state is in. */
    Matrix slots(Tile tile, RecurrentCell.HiddenProduct product) {
        return slots.of(tile, 0).columns(product.slot() * width, product.gates() * width);
    }

    /** h after the steps of a tile, D×steps. */
    Matrix hidden(Tile tile) {
        return hidden.of(tile, 1).t();
    }

    /** h before the steps of a tile, steps×D. */
    Matrix hiddenBefore(Tile tile) {
        return hidden.of(tile, 0);
    }

    /** The gradient of h after the steps of a tile, D×steps, as far as it comes from the output. */
    Matrix hiddenGradient(Tile tile) {
        return hiddenGradient.of(tile, 0).t();
    }

    /**
     * All steps of the sequences from {@code from} to before {@code to}, once the gates have the products of the input.
     */
    void forward(int from, int to, Scratch scratch) {
        int number = to - from;
        CellRows rows = new CellRows(cell, number * width, scratch);
        float[][] bias = biases.rows(number, scratch);
        hidden.at(0, from, to).read(0, number, rows.after);
        memory.at(0, from, to).read(0, number, rows.memoryAfter);
        for (int t = 0; t < pass.length(); t++) {
            rows.turn();
            Matrix ofStep = slots.at(t, from, to);
            weight.addProducts(hidden.at(t, from, to), ofStep);
            rows.readSlots(ofStep, width);
            for (int slot = 0; slot < cell.slots(); slot++) {
                Rows.add(bias[slot], rows.slots[slot], rows.count);
            }
            step.forward(rows);
            rows.writeSlots(ofStep, width);
            hidden.at(t + 1, from, to).write(0, number, rows.after);
            memory.at(t + 1, from, to).write(0, number, rows.memoryAfter);
        }
    }

    /** The same backwards, once the gradient of h is there; {@code member} adds up the gradients of the biases. */
    void backward(int member, int from, int to, Scratch scratch) {
        int number = to - from;
        CellRows rows = new CellRows(cell, number * width, scratch);
        rows.clearGradients();
        double[][] sums = new double[cell.slots()][rows.count];
        Matrix carried = Matrix.of(scratch.array("cell.carried", rows.count), number, width);
        hidden.at(pass.length(), from, to).read(0, number, rows.before);
        memory.at(pass.length(), from, to).read(0, number, rows.memoryBefore);
        for (int t = pass.length() - 1; t >= 0; t--) {
            rows.turn();
            hidden.at(t, from, to).read(0, number, rows.before);
            memory.at(t, from, to).read(0, number, rows.memoryBefore);
            hiddenGradient.at(t, from, to).read(0, number, rows.row);
            Rows.add(rows.row, rows.gradient, rows.count);
            Matrix ofStep = slots.at(t, from, to);
            rows.readSlots(ofStep, width);
            step.backward(rows);
            rows.writeSlots(ofStep, width);
            for (int slot = 0; slot < cell.slots(); slot++) {
                Rows.add(rows.slots[slot], sums[slot], rows.count);
            }
            weight.setGradient(ofStep, carried);
            carried.read(0, number, rows.row);
            Rows.add(rows.row, rows.gradient, rows.count);
        }
        biases.addGradients(member, sums, number);
    }

    /** After all members are done. */
    void finishBackward() {
        biases.finishGradients();
    }

    /** From now on passes are of one sequence, each the next steps of it; there is none backward. */
    void goOn() {
        states = new float[2][width];
        hidden.at(pass.length(), 0, 1).read(0, 1, states[0]);
        memory.at(pass.length(), 0, 1).read(0, 1, states[1]);
    }
}
