package io.github.hyenaspark.operator.tensor;

import java.util.ArrayList;
import java.util.List;

/** Sums in double that become the gradient of a vector, kept by each member of a pool and added in their order. */
public final class SharedSums {
    private final ForwardContext<FloatArray> pass;
    private final String name;
    private final List<double[]> members = new ArrayList<>();

    /** For the gradient called {@code name}; {@code slot} holds the members' sums until {@link #finish}. */
    public SharedSums(ForwardContext<FloatArray> pass, Workspace.Slot<double[]> slot, String name, int count) {
        this.pass = pass;
        this.name = name;
        for (int member = 0; member < pass.pool().threads(); member++) {
            members.add(pass.pool().workspace(member).zeros(slot, count));
        }
    }

    public double[] of(int member) {
        return members.get(member);
    }

    public void finish() {
        double[] total = members.get(0);
        for (double[] sums : members.subList(1, members.size())) {
            for (int i = 0; i < total.length; i++) {
                total[i] += sums[i];
            }
        }
        pass.gradient(name).add(total);
    }
}
