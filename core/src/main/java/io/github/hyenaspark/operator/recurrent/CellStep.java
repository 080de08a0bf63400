package io.github.hyenaspark.operator.recurrent;

/**
 * What one cell does at one step, element by element; {@link Recurrence} does the products and goes from step to step.
 */
sealed interface CellStep permits RnnStep, LstmStep, GruStep {
    /**
     * From the sums in the slots and the states before to the states after; slots become what {@link #backward} needs.
     */
    void forward(CellRows rows);

    /**
     * From the gradients of the states after to those of the sums, which take the place of the slots, and of the states
     * before, as far as they do not come through the hidden products.
     */
    void backward(CellRows rows);
}
