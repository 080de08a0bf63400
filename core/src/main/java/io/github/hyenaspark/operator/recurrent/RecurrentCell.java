package io.github.hyenaspark.operator.recurrent;

import java.util.List;

/**
 * The recurrent cells, with the formulas of PyTorch's {@code nn.RNN}, {@code nn.LSTM} and {@code nn.GRU}; a gate is D
 * channels, and weights hold the gates one after the other in PyTorch's order.
 */
public enum RecurrentCell {
    /** h = tanh(a), one gate (Elman 1990). */
    RNN(1, 1, 0),
    /** c = f ⊙ c' + i ⊙ g, h = o ⊙ tanh c; gates i, f, g, o (Hochreiter and Schmidhuber 1997, Gers et al. 2000). */
    LSTM(4, 4, 1),
    /**
     * h = (1 − z) ⊙ n + z ⊙ h' with n = tanh(a + r ⊙ q); gates r, z, n (arXiv 1406.1078, but r acts after the product q
     * of the hidden state, as in cuDNN).
     */
    GRU(3, 4, 0);

    private final int gates;
    private final int slots;
    private final int memories;

    RecurrentCell(int gates, int slots, int memories) {
        this.gates = gates;
        this.slots = slots;
        this.memories = memories;
    }

    /** Gates, each with its weights and biases. */
    int gates() {
        return gates;
    }

    /**
     * What a step keeps, in D channels each: its gates, and where the last gate needs them apart, what the hidden state
     * adds to it.
     */
    int slots() {
        return slots;
    }

    /**
     * Where the products of the hidden state go: those below {@link #gates} are added to the products of the input, the
     * others have a slot for themselves.
     */
    List<HiddenProduct> hiddenProducts() {
        int shared = 2 * gates - slots;
        HiddenProduct sums = new HiddenProduct(0, 0, shared);
        return slots == gates ? List.of(sums) : List.of(sums, new HiddenProduct(gates, shared, gates - shared));
    }

    /**
     * The product of the hidden state for some gates.
     *
     * @param slot where it goes, and the following
     * @param gate the first
     * @param gates how many
     */
    record HiddenProduct(int slot, int gate, int gates) {}

    /** Further states beside h that go from step to step. */
    int memories() {
        return memories;
    }

    /** What it does at a step. */
    CellStep step() {
        return switch (this) {
            case RNN -> new RnnStep();
            case LSTM -> new LstmStep();
            case GRU -> new GruStep();
        };
    }
}
