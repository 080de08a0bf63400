package io.github.hyenaspark.operator.filter;

import io.github.hyenaspark.operator.nn.Initializer;
import io.github.hyenaspark.operator.nn.LinearInitializer;
import io.github.hyenaspark.operator.nn.ParameterSpec;
import io.github.hyenaspark.operator.tensor.FloatArray;
import io.github.hyenaspark.operator.tensor.ForwardContext;
import io.github.hyenaspark.operator.tensor.Matrix;
import io.github.hyenaspark.operator.tensor.SharedGradient;
import io.github.hyenaspark.operator.tensor.Tile;
import java.util.List;

/**
 * The inverse discrete Fourier transform of a few modes, as a matrix product with their waves, tile by tile: h[t] = Σ_k
 * c_k (R_k cos(2πkt/M) − I_k sin(2πkt/M)).
 */
public final class FourierFilter implements FilterMap<FloatArray> {
    private final Spec design;
    private final double[] cosines; // of 2πj/M, j < M
    private final double[] sines;

    FourierFilter(Spec design) {
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
    public void forward(FloatArray taps, ForwardContext<FloatArray> pass) {
        Matrix spectrum = Matrix.of(pass.parameter("spectrum"), design.filters(), 2 * design.modes());
        Tile.each(
                pass.ofOneSequence(),
                Tile.LENGTH,
                tile -> tile.of(taps, design.filters()).set(spectrum, waves(tile)));
    }

    @Override
    public void backward(FloatArray gradient, ForwardContext<FloatArray> pass) {
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


/**
 * Filters whose discrete Fourier transform over M steps is zero but at its K lowest modes, which are the parameters:
 * the spectral convolution of the Fourier neural operator (section 4 of arXiv 2010.08895), depthwise. As there, modes
 * start uniform in [0, 1) in both parts, so that a filter starts as a low-pass of gain about one.
 *
 * @param filters F
 * @param maxLength M, the period
 * @param modes K, the mean included; from 1 to M/2+1
 */
public record Spec(int filters, int maxLength, int modes) implements FilterSpec {
    @Override
    public List<ParameterSpec> parameters(LinearInitializer linear) {
        List<Integer> shape = List.of(filters, 2, modes);
        return List.of(new ParameterSpec("spectrum", shape, new Initializer.Between(0, 1), ParameterSpec.Group.FILTER));
    }

    /** What mode k contributes to a real filter: it stands for its conjugate too, if that is another one. */
    double scale(int k) {
        return (k == 0 || 2 * k == maxLength ? 1.0 : 2.0) / maxLength;
    }

    @Override
    public FilterMap<FloatArray> map() {
        return new FourierFilter(this);
    }

    @Override
    public FilterMap<double[]> plainMap() {
        return new Reference(this);
    }

    @Override
    public long productFlop(int length) {
        return 2L * 2 * length * filters * 2 * modes; // forward, and for the gradient of the spectrum
    }
}


/** The plain double form of {@link FourierFilter}. */
static final class Reference implements FilterMap<double[]> {
    private final Spec design;

    Reference(Spec design) {
        this.design = design;
    }

    @Override
    public void forward(double[] taps, ForwardContext<double[]> pass) {
        int length = pass.length();
        int modes = design.modes();
        double[] spectrum = pass.parameter("spectrum");
        for (int i = 0; i < design.filters() * length; i++) {
            taps[i] = 0;
            for (int k = 0; k < modes; k++) {
                int at = i / length * 2 * modes + k;
                double phase = phase(k, i % length);
                taps[i] += design.scale(k) * (spectrum[at] * Math.cos(phase) - spectrum[at + modes] * Math.sin(phase));
            }
        }
    }

    @Override
    public void backward(double[] gradient, ForwardContext<double[]> pass) {
        int length = pass.length();
        int modes = design.modes();
        double[] spectrumGradient = pass.gradient("spectrum");
        for (int i = 0; i < design.filters() * length; i++) {
            for (int k = 0; k < modes; k++) {
                int at = i / length * 2 * modes + k;
                double phase = phase(k, i % length);
                spectrumGradient[at] += gradient[i] * design.scale(k) * Math.cos(phase);
                spectrumGradient[at + modes] -= gradient[i] * design.scale(k) * Math.sin(phase);
            }
        }
    }

    private double phase(int k, int t) {
        return 2 * Math.PI * k * t / design.maxLength();
    }
}
}
