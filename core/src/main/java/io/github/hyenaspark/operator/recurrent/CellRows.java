package io.github.hyenaspark.operator.recurrent;

import io.github.hyenaspark.operator.tensor.Matrix;
import io.github.hyenaspark.operator.tensor.Scratch;
import io.github.hyenaspark.operator.tensor.Squash;
import java.util.Arrays;

/** The rows that one member of a team computes a cell's steps in: sequences × D elements of each thing. */
final class CellRows {
    final int count;
    private final int slotCount;
    final Squash squash;
    final float[][] slots;
    /** h and the memory, before and after the step. */
    float[] before;

    float[] after;
    float[] memoryBefore;
    float[] memoryAfter;
    /** Of h: after the step, and then before it. */
    final float[] gradient;

    final float[] memoryGradient;
    final float[] row;
    final float[] other;

    CellRows(RecurrentCell cell, int count, Scratch scratch) {
        this.count = count;
        slotCount = cell.slots();
        squash = scratch.squash();
        slots = scratch.rows("cell.slots", cell.slots(), count);
        float[][] rows = scratch.rows("cell.rows", 8, count);
        before = rows[0];
        after = rows[1];
        memoryBefore = rows[2];
        memoryAfter = rows[3];
        gradient = rows[4];
        memoryGradient = rows[5];
        row = rows[6];
        other = rows[7];
    }

    /** Copies the slots of every sequence, a row of {@code ofStep} for each. */
    void readSlots(Matrix ofStep, int width) {
        for (int at = 0; at < count; at += width) {
            long start = ofStep.start() + (long) at / width * ofStep.stride();
            for (int slot = 0; slot < slotCount; slot++) {
                ofStep.values().read(start + (long) slot * width, slots[slot], at, width);
            }
        }
    }

    /** Copies them back. */
    void writeSlots(Matrix ofStep, int width) {
        for (int at = 0; at < count; at += width) {
            long start = ofStep.start() + (long) at / width * ofStep.stride();
            for (int slot = 0; slot < slotCount; slot++) {
                ofStep.values().write(start + (long) slot * width, slots[slot], at, width);
            }
        }
    }

    /** No gradient comes from beyond the last step. */
    void clearGradients() {
        Arrays.fill(gradient, 0, count, 0f);
        Arrays.fill(memoryGradient, 0, count, 0f);
    }

    /** What is after one step is before the next; backwards what is before one is after the one that precedes it. */
    void turn() {
        float[] hidden = before;
        before = after;
        after = hidden;
        float[] memory = memoryBefore;
        memoryBefore = memoryAfter;
        memoryAfter = memory;
    }
}
