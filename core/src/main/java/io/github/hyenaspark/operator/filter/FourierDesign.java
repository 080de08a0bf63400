package io.github.hyenaspark.operator.filter;

import io.github.hyenaspark.operator.nn.Initial;
import io.github.hyenaspark.operator.nn.LinearInitial;
import io.github.hyenaspark.operator.nn.ParameterGroup;
import io.github.hyenaspark.operator.nn.ParameterSpec;
import io.github.hyenaspark.operator.tensor.FloatArray;
import java.util.List;

/**
 * Filters whose discrete Fourier transform over M steps is zero but at its K lowest modes, which are the parameters:
 * the spectral convolution of the Fourier neural operator (section 4 of arXiv 2010.08895), depthwise. As there, modes
 * start uniform in [0, 1) in both parts, so that a filter starts as a low-pass of gain about one.
 *
 * @param filters F
 * @param maxLength M, the period
 * @param modes K, the mean included; from 1 to M/2+1
 */
public record FourierDesign(int filters, int maxLength, int modes) implements FilterDesign {
    @Override
    public List<ParameterSpec> parameters(LinearInitial linear) {
        List<Integer> shape = List.of(filters, 2, modes);
        return List.of(new ParameterSpec("spectrum", shape, new Initial.Between(0, 1), ParameterGroup.FILTER));
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
        return new PlainFourier(this);
    }

    @Override
    public long productFlop(int length) {
        return 2L * 2 * length * filters * 2 * modes; // forward, and for the gradient of the spectrum
    }
}
