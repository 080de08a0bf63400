package io.github.hyenaspark.operator.filter;

import io.github.hyenaspark.operator.tensor.FloatArray;
import io.github.hyenaspark.operator.tensor.Matrix;
import io.github.hyenaspark.operator.tensor.Pass;
import io.github.hyenaspark.operator.tensor.SharedGradient;
import io.github.hyenaspark.operator.tensor.Tile;

/**
 * The inverse discrete Fourier transform of a few modes, as a matrix product with their waves, tile by tile: h[t] = Σ_k
 * c_k (R_k cos(2πkt/M) − I_k sin(2πkt/M)).
 */
final class FourierFilter implements FilterMap<FloatArray> {
    private final FourierDesign design;
    private final double[] cosines; // of 2πj/M, j < M
    private final double[] sines;

    FourierFilter(FourierDesign design) {
        this.design = design;
        int period = design.maxLength();
        cosines = new double[period];
        sines = new double[period];
        for (int j = 0; j < period; j++) {
            cosines[j] = Math.cos(2 * Math.PI * j / period);
            sines[j] = Math.sin(2 * Math.PI * j / period);
        }
    }

    @Override
    public void forward(FloatArray taps, Pass<FloatArray> pass) {
        Matrix spectrum = Matrix.of(pass.parameter("spectrum"), design.filters(), 2 * design.modes());
        Tile.each(
                pass.ofOneSequence(),
                Tile.LENGTH,
                tile -> tile.of(taps, design.filters()).set(spectrum, waves(tile)));
    }

    @Override
    public void backward(FloatArray gradient, Pass<FloatArray> pass) {
        SharedGradient spectrum = new SharedGradient(pass, "spectrum", design.filters(), 2 * design.modes());
        Tile.each(
                pass.ofOneSequence(),
                Tile.LENGTH,
                tile -> spectrum.of(tile.member())
                        .add(tile.of(gradient, design.filters()), waves(tile).t()));
        spectrum.finish(pass.team().scratch(0));
    }

    /** What every part of every mode contributes to the steps of a tile, 2K×count. */
    private Matrix waves(Tile tile) {
        Matrix waves = tile.matrix("fourier.waves", 2 * design.modes());
        float[] cosine = tile.scratch().row("fourier.cosine", tile.count());
        float[] sine = tile.scratch().row("fourier.sine", tile.count());
        for (int k = 0; k < design.modes(); k++) {
            for (int i = 0; i < tile.count(); i++) {
                int j = (int) ((long) k * (tile.from() + i) % design.maxLength());
                cosine[i] = (float) (design.scale(k) * cosines[j]);
                sine[i] = (float) (-design.scale(k) * sines[j]);
            }
            waves.write(k, cosine);
            waves.write(design.modes() + k, sine);
        }
        return waves;
    }
}
