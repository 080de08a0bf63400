package io.github.hyenaspark.operator.h3;

import io.github.hyenaspark.operator.tensor.FloatArray;
import io.github.hyenaspark.operator.tensor.Pass;

/** What an H3 operator keeps of a pass; in the backward pass gradients take the places. */
final class H3Activations {
    FloatArray projected = FloatArray.allocate(0); // q, k, v; B×3D×L
    FloatArray shifted = FloatArray.allocate(0); // k̄, B×D×L
    FloatArray convolved = FloatArray.allocate(0); // of every product k̄ᵢvⱼ of a head, B×D×c×L
    FloatArray mixed = FloatArray.allocate(0); // what is projected to the output, B×D×L

    void resize(H3Config config, Pass<FloatArray> pass) {
        long size = (long) pass.batchSize() * config.width() * pass.length();
        projected = projected.atLeast(H3Config.PROJECTIONS * size);
        shifted = shifted.atLeast(size);
        convolved = convolved.atLeast(config.headWidth() * size);
        mixed = mixed.atLeast(size);
    }
}
