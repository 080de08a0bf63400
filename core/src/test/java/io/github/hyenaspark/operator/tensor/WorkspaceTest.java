package io.github.hyenaspark.operator.tensor;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

final class WorkspaceTest {
    private final Workspace workspace = new Workspace();

    @Test
    void aSlotKeepsItsMemoryUntilItMustGrow() {
        Workspace.Slot<float[][]> slot = Workspace.Slot.rows();
        float[][] rows = workspace.rows(slot, 3, 10);
        assertThat(workspace.rows(slot, 2, 7)).isSameAs(rows);
        float[][] longer = workspace.rows(slot, 1, 11);
        assertThat(longer).hasDimensions(3, 11);
        assertThat(workspace.rows(slot, 4, 5)).hasDimensions(4, 11);
    }

    @Test
    void everySlotHasMemoryOfItsOwn() {
        Workspace.Slot<float[]> slot = Workspace.Slot.row();
        float[] row = workspace.row(slot, 4);
        assertThat(workspace.row(Workspace.Slot.row(), 4)).isNotSameAs(row);
        assertThat(workspace.row(slot.at(1), 4)).isNotSameAs(row);
        assertThat(workspace.row(slot.at(0), 4)).isSameAs(row);
        assertThat(new Workspace().row(slot, 4)).isNotSameAs(row);
    }

    @Test
    void sumsBeginAtZeroAndHaveTheLengthAskedFor() {
        Workspace.Slot<double[]> slot = Workspace.Slot.sums();
        workspace.zeros(slot, 3)[1] = 5;
        assertThat(workspace.zeros(slot, 3)).containsExactly(0, 0, 0);
        assertThat(workspace.zeros(slot, 2)).containsExactly(0, 0);
    }

    @Test
    void anArrayGrowsInItsSlot() {
        Workspace.Slot<FloatArray> slot = Workspace.Slot.array();
        FloatArray array = workspace.array(slot, 8);
        assertThat(workspace.array(slot, 5)).isSameAs(array);
        assertThat(workspace.array(slot, 9).length()).isEqualTo(9);
        assertThat(array.length()).as("its memory is freed").isZero();
    }
}
