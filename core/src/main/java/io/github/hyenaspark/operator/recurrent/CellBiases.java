package io.github.hyenaspark.operator.recurrent;

import io.github.hyenaspark.operator.tensor.FloatArray;
import io.github.hyenaspark.operator.tensor.ForwardContext;
import io.github.hyenaspark.operator.tensor.SharedSums;
import io.github.hyenaspark.operator.tensor.Workspace;
import java.util.Arrays;
import java.util.List;

/** The biases of input and hidden state, G·D each; a slot that both are added to gets their sum. */
final class CellBiases {
    private final RecurrentConfig.Cell cell;
    private final int width;
    private final float[][] ofSlots; // slots×D
    private List<SharedSums> gradients = List.of(); // of both

    CellBiases(RecurrentConfig config) {
        cell = config.cell();
        width = config.width();
        ofSlots = new float[cell.slots()][width];
    }

    /** Takes those of a pass. */
    void start(ForwardContext<FloatArray> pass) {
        for (float[] bias : ofSlots) {
            Arrays.fill(bias, 0f);
        }
        float[] ofInput = pass.parameter("in.bias").toArray();
        for (int gate = 0; gate < cell.gates(); gate++) {
            System.arraycopy(ofInput, gate * width, ofSlots[gate], 0, width);
        }
        float[] ofHidden = pass.parameter("hidden.bias").toArray();
        eachHidden((slot, gate) -> {
            for (int d = 0; d < width; d++) {
                ofSlots[slot][d] += ofHidden[gate * width + d];
            }
        });
    }

    /** Where the bias of the hidden state for a gate goes. */
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
        float[][] rows = workspace.rows("cell.biases", cell.slots(), number * width);
        for (int slot = 0; slot < cell.slots(); slot++) {
            for (int b = 0; b < number; b++) {
                System.arraycopy(ofSlots[slot], 0, rows[slot], b * width, width);
            }
        }
        return rows;
    }

    /** Before a backward pass. */
    void startGradients(ForwardContext<FloatArray> pass) {
        gradients = List.of(
                new SharedSums(pass, "in.bias", cell.gates() * width),
                new SharedSums(pass, "hidden.bias", cell.gates() * width));
    }

    /** Takes what a member summed up of the gradients of the slots: by slot {@code number} sequences × D. */
    void addGradients(int member, double[][] sums, int number) {
        for (int gate = 0; gate < cell.gates(); gate++) {
            addGate(gradients.get(0).of(member), gate, sums[gate], number);
        }
        eachHidden((slot, gate) -> addGate(gradients.get(1).of(member), gate, sums[slot], number));
    }

    private void addGate(double[] gradient, int gate, double[] sums, int number) {
        for (int i = 0; i < number * width; i++) {
            gradient[gate * width + i % width] += sums[i];
        }
    }

    /** After all members are done. */
    void finishGradients() {
        gradients.forEach(SharedSums::finish);
    }
}
