package io.github.hyenaspark.operator.tensor;

import java.util.ArrayList;
import java.util.List;

/** The gradient of one weight matrix while members of a pool add to it; {@link #finish} adds their shares in order. */
public final class SharedGradient {
    private static final Workspace.Slot<float[]> ROW = Workspace.Slot.row();
    private static final Workspace.Slot<float[]> SUM = Workspace.Slot.row();

    private final Workspace workspace;
    private final List<FloatArray> members = new ArrayList<>();
    private final int rows;
    private final int columns;

    /** For the gradient called {@code name}; {@code slot} holds the members' shares until {@link #finish}. */
    public SharedGradient(
            ForwardContext<FloatArray> pass, Workspace.Slot<FloatArray> slot, String name, int rows, int columns) {
        this.rows = rows;
        this.columns = columns;
        workspace = pass.pool().workspace(0);
        long size = (long) rows * columns;
        members.add(pass.gradient(name));
        for (int member = 1; member < pass.pool().threads(); member++) {
            FloatArray array = pass.pool().workspace(member).array(slot, size);
            array.zero(size);
            members.add(array);
        }
    }

    public Matrix of(int member) {
        return Matrix.of(members.get(member), rows, columns);
    }

    public void finish() {
        float[] row = workspace.row(ROW, columns);
        float[] sum = workspace.row(SUM, columns);
        for (int member = 1; member < members.size(); member++) {
            for (int i = 0; i < rows; i++) {
                members.get(0).read((long) i * columns, sum, columns);
                members.get(member).read((long) i * columns, row, columns);
                VectorOps.add(row, sum, columns);
                members.get(0).write((long) i * columns, sum, columns);
            }
        }
    }
}
