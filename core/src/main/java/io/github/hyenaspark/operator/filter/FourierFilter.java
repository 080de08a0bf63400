package io.github.hyenaspark.operator.filter;

import io.github.hyenaspark.operator.filter.FilterSpec.FilterMap;
import io.github.hyenaspark.operator.nn.Initializer;
import io.github.hyenaspark.operator.nn.ParameterSpec;
import io.github.hyenaspark.operator.tensor.FloatArray;
import io.github.hyenaspark.operator.tensor.ForwardContext;
import io.github.hyenaspark.operator.tensor.Matrix;
import io.github.hyenaspark.operator.tensor.SharedGradient;
import io.github.hyenaspark.operator.tensor.Tile;
import io.github.hyenaspark.operator.tensor.Workspace;
import java.util.List;

/** The inverse Fourier transform of a few modes by products: h[t] = Σ_k c_k (R_k cos(2πkt/M) − I_k sin(2πkt/M)). */
public final class FourierFilter implements FilterMap<FloatArray> {
    private static final Workspace.Slot<float[][]> WAVES = Workspace.Slot.rows();

    private final Spec spec;
    private final double[] cosines; // of 2πj/M, j < M
    private final double[] sines;

    FourierFilter(Spec spec) {
        this.spec = spec;
        int period = spec.maxLength();
        cosines = new double[period];
        sines = new double[period];
        for (int j = 0; j < period; j++) {
            cosines[j] = StrictMath.cos(2 * Math.PI * j / period);
            sines[j] = StrictMath.sin(2 * Math.PI * j / period);
        }
    }

    @Override
    public void forward(FloatArray taps, ForwardContext<FloatArray> pass) {
        Matrix spectrum = Matrix.of(pass.parameter("spectrum"), spec.filters(), 2 * spec.modes());
        Tile.each(
                pass.ofOneSequence(),
                Tile.LENGTH,
                tile -> tile.of(taps, spec.filters()).set(spectrum, waves(tile)));
    }

    @Override
    public void backward(FloatArray gradient, ForwardContext<FloatArray> pass) {
        SharedGradient spectrum = new SharedGradient(pass, "spectrum", spec.filters(), 2 * spec.modes());
        Tile.inWaves(
                pass.ofOneSequence(),
                Tile.LENGTH,
                List.of(spectrum),
                tile -> spectrum.put(
                        tile, tile.of(gradient, spec.filters()), waves(tile).t()));
    }

    /** What every part of every mode contributes to the steps of a tile, 2K×count. */
    private Matrix waves(Tile tile) {
        float[][] waves = tile.rows(WAVES, 2 * spec.modes());
        for (int k = 0; k < spec.modes(); k++) {
            for (int i = 0; i < tile.count(); i++) {
                int j = (int) ((long) k * (tile.from() + i) % spec.maxLength());
                waves[k][i] = (float) (spec.scale(k) * cosines[j]);
                waves[spec.modes() + k][i] = (float) (-spec.scale(k) * sines[j]);
            }
        }
        return tile.of(waves, 2 * spec.modes());
    }

    /**
     * Filters whose discrete Fourier transform over M steps is zero but at its K lowest modes, the parameters: the
     * spectral convolution of the Fourier neural operator (section 4 of arXiv 2010.08895), depthwise. As there, modes
     * start uniform in [0, 1) in both parts: a low-pass of gain about one.
     *
     * @param filters F
     * @param maxLength M, the period
     * @param modes K, the mean included; from 1 to M/2+1
     */
    public record Spec(int filters, int maxLength, int modes) implements FilterSpec {
        @Override
        public List<ParameterSpec> parameters(Initializer.Linear linear) {
            List<Integer> shape = List.of(filters, 2, modes);
            return List.of(
                    new ParameterSpec("spectrum", shape, new Initializer.Between(0, 1), ParameterSpec.Group.FILTER));
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
        public FilterMap<double[]> referenceModule() {
            return new Reference(this);
        }

        @Override
        public long productFlop(int length) {
            return 2L * 2 * length * filters * 2 * modes; // forward, and for the gradient of the spectrum
        }
    }

    static final class Reference implements FilterMap<double[]> {
        private final Spec spec;

        Reference(Spec spec) {
            this.spec = spec;
        }

        @Override
        public void forward(double[] taps, ForwardContext<double[]> pass) {
            int length = pass.length();
            int modes = spec.modes();
            double[] spectrum = pass.parameter("spectrum");
            for (int i = 0; i < spec.filters() * length; i++) {
                taps[i] = 0;
                for (int k = 0; k < modes; k++) {
                    int at = i / length * 2 * modes + k;
                    double phase = phase(k, i % length);
                    taps[i] += spec.scale(k)
                            * (spectrum[at] * StrictMath.cos(phase) - spectrum[at + modes] * StrictMath.sin(phase));
                }
            }
        }

        @Override
        public void backward(double[] gradient, ForwardContext<double[]> pass) {
            int length = pass.length();
            int modes = spec.modes();
            double[] spectrumGradient = pass.gradient("spectrum");
            for (int i = 0; i < spec.filters() * length; i++) {
                for (int k = 0; k < modes; k++) {
                    int at = i / length * 2 * modes + k;
                    double phase = phase(k, i % length);
                    spectrumGradient[at] += gradient[i] * spec.scale(k) * StrictMath.cos(phase);
                    spectrumGradient[at + modes] -= gradient[i] * spec.scale(k) * StrictMath.sin(phase);
                }
            }
        }

        private double phase(int k, int t) {
            return 2 * Math.PI * k * t / spec.maxLength();
        }
    }
}
