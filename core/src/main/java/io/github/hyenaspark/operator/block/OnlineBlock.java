package io.github.hyenaspark.operator.block;

import io.github.hyenaspark.operator.nn.ActivationMap;
import io.github.hyenaspark.operator.tensor.FloatArray;
import io.github.hyenaspark.operator.tensor.Pass;

/** A {@link Block} for one sequence that grows, whatever its mixer; see {@link Block#online}. */
final class OnlineBlock implements ActivationMap<FloatArray> {
    private final ActivationMap<FloatArray> forward;
    private int length;

    OnlineBlock(BlockConfig config, int capacity, Pass<FloatArray> pass) {
        config.mixer().checkLength(capacity);
        forward = new BlockForward(config, config.mixer().onlineMap(capacity, pass.within("mixer")), Recompute.BLOCK);
    }

    @Override
    public void forward(FloatArray input, FloatArray output, Pass<FloatArray> pass) {
        if (length > 0 && pass.length() != 1) {
            throw new IllegalArgumentException(
                    "a sequence that has begun goes on one step at a time, found " + pass.length() + " steps");
        }
        forward.forward(input, output, pass);
        length += pass.length();
    }
}
