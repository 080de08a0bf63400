package io.github.hyenaspark.operator.conv;

import io.github.hyenaspark.operator.nn.ActivationMap;
import io.github.hyenaspark.operator.nn.InputProjection;
import io.github.hyenaspark.operator.nn.OutputProjection;
import io.github.hyenaspark.operator.tensor.FloatArray;
import io.github.hyenaspark.operator.tensor.Pass;
import io.github.hyenaspark.operator.tensor.Rows;
import io.github.hyenaspark.operator.tensor.Scratch;

/** {@link GatedConvolution} for one sequence that grows: the first pass takes its beginning, every later one a step. */
final class OnlineGatedConvolution implements ActivationMap<FloatArray> {
    private final int width;
    private final OnlineFilter filter;
    private final InputProjection inputProjection;
    private final OutputProjection outputProjection;
    private FloatArray projected = FloatArray.allocate(0); // values and gates, 2D×L
    private FloatArray gated = FloatArray.allocate(0); // D×L

    /** The filters of all channels for a sequence that grows. */
    sealed interface OnlineFilter permits OnlineTails, OnlineTaps {
        /** Filters the next {@code count} steps of a channel in place; channels come one after the other. */
        void filter(int channel, float[] row, int count);

        /** After all channels have taken {@code count} steps. */
        void advance(int count);
    }

    OnlineGatedConvolution(ConvConfig config, OnlineFilter filter) {
        width = config.width();
        this.filter = filter;
        inputProjection = new InputProjection(width, 2 * width);
        outputProjection = new OutputProjection(width);
    }

    @Override
    public void forward(FloatArray input, FloatArray output, Pass<FloatArray> pass) {
        int length = pass.length();
        projected = projected.atLeast(2L * width * length);
        gated = gated.atLeast((long) width * length);
        inputProjection.forward(input, projected, pass);
        Scratch scratch = pass.team().scratch(0);
        float[] value = scratch.row("conv.value", length);
        float[] gate = scratch.row("conv.gate", length);
        for (int channel = 0; channel < width; channel++) {
            projected.read((long) channel * length, value, length);
            projected.read((long) (width + channel) * length, gate, length);
            filter.filter(channel, value, length);
            scratch.squash().logistic(gate, length);
            Rows.multiply(gate, value, value, length);
            gated.write((long) channel * length, value, length);
        }
        filter.advance(length);
        outputProjection.forward(gated, output, pass);
    }
}
