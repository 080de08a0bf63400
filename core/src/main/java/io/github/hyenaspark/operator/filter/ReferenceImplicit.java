package io.github.hyenaspark.operator.filter;

import io.github.hyenaspark.operator.filter.FilterSpec.FilterMap;
import io.github.hyenaspark.operator.tensor.ForwardContext;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** The double reference of {@link ImplicitFilter}, written from the formulas, one step and one channel at a time. */
final class ReferenceImplicit implements FilterMap<double[]> {
    private final ImplicitFilter.Spec spec;
    private final FilterConfig filter;
    private final List<double[]> inputs = new ArrayList<>(); // a of each layer, L×width, row-major by time
    private final List<double[]> preActivations = new ArrayList<>(); // q
    private double[] network = {}; // A_out a, F×L
    private double[] filters = {}; // h, F×L
    private double[] norms = {}; // L

    ReferenceImplicit(ImplicitFilter.Spec spec) {
        this.spec = spec;
        filter = spec.filter();
    }

    private double[] positions() {
        int features = filter.features();
        double[] z = new double[spec.maxLength() * features];
        Arrays.setAll(z, at -> spec.position(at / features, at % features));
        return z;
    }

    @Override
    public void forward(double[] taps, ForwardContext<double[]> pass) {
        int length = pass.length();
        inputs.clear();
        preActivations.clear();
        double[] a = filter.trainPositions() ? pass.parameter("positions") : positions();
        double[] frequency = frequency(pass);
        for (int layer = 0; layer <= filter.hiddenLayers(); layer++) {
            inputs.add(a);
            double[] q = affine(pass.parameter(layer + ".weight"), pass.parameter(layer + ".bias"), a, length);
            preActivations.add(q);
            a = new double[q.length];
            for (int i = 0; i < q.length; i++) {
                a[i] = StrictMath.sin(frequency[i % frequency.length] * q[i]);
            }
        }
        inputs.add(a);
        double[] outBias = filter.isCkconv() ? pass.parameter("out.bias") : new double[spec.filters()];
        double[] out = affine(pass.parameter("out.weight"), outBias, a, length); // L×F
        network = new double[out.length];
        filters = new double[out.length];
        norms = new double[length];
        double[] rates = rates(pass);
        for (int t = 0; t < length; t++) {
            for (int m = 0; m < spec.filters(); m++) {
                network[m * length + t] = out[t * spec.filters() + m];
                filters[m * length + t] = network[m * length + t] * window(t, rates[m]);
                norms[t] += Math.abs(filters[m * length + t]);
            }
            for (int m = 0; m < spec.filters() && filter.normalized(); m++) {
                filters[m * length + t] /= norms[t];
            }
        }
        System.arraycopy(filters, 0, taps, 0, filters.length);
    }

    @Override
    public void backward(double[] gradient, ForwardContext<double[]> pass) {
        int length = pass.length();
        int width = filter.width();
        double[] networkGradient = unwindow(gradient, pass); // L×F
        double[] da = affineBackward("out", inputs.get(filter.hiddenLayers() + 1), networkGradient, pass);
        for (int i = 0; i < networkGradient.length && filter.isCkconv(); i++) {
            pass.gradient("out.bias")[i % spec.filters()] += networkGradient[i];
        }
        double[] frequency = frequency(pass);
        for (int layer = filter.hiddenLayers(); layer >= 0; layer--) {
            double[] q = preActivations.get(layer);
            double[] dq = new double[q.length];
            for (int i = 0; i < q.length; i++) {
                double du = da[i] * StrictMath.cos(frequency[i % width] * q[i]);
                if (!filter.isCkconv()) {
                    pass.gradient("frequency")[i % width] += du * q[i];
                }
                dq[i] = du * frequency[i % width];
                pass.gradient(layer + ".bias")[i % width] += dq[i];
            }
            da = affineBackward(Integer.toString(layer), inputs.get(layer), dq, pass);
        }
        for (int i = 0; i < length * filter.features() && filter.trainPositions(); i++) {
            pass.gradient("positions")[i] += da[i];
        }
    }

    private double[] frequency(ForwardContext<double[]> pass) {
        if (!filter.isCkconv()) {
            return pass.parameter("frequency");
        }
        double[] constant = new double[filter.width()];
        Arrays.fill(constant, filter.sinFreq());
        return constant;
    }

    private double[] rates(ForwardContext<double[]> pass) {
        return filter.trainDecay() ? pass.parameter("decay") : FilterWindow.DecayWindow.rates(filter, spec.filters());
    }

    private double window(int t, double rate) {
        double time = PositionalEncoding.time(t, spec.maxLength());
        return filter.modulate() ? FilterWindow.DecayWindow.decay(time, rate) + filter.shift() : 1;
    }

    private double[] unwindow(double[] gradient, ForwardContext<double[]> pass) {
        int length = pass.length();
        int count = spec.filters();
        double[] rates = rates(pass);
        double[] networkGradient = new double[length * count];
        for (int t = 0; t < length; t++) {
            double projection = 0;
            for (int m = 0; m < count; m++) {
                projection += gradient[m * length + t] * filters[m * length + t];
            }
            for (int m = 0; m < count; m++) {
                double dh = gradient[m * length + t];
                if (filter.normalized()) {
                    dh = (dh - Math.signum(filters[m * length + t]) * projection) / norms[t];
                }
                networkGradient[t * count + m] = dh * window(t, rates[m]);
                if (filter.trainDecay() && filter.modulate()) {
                    double time = PositionalEncoding.time(t, spec.maxLength());
                    pass.gradient("decay")[m] +=
                            dh * network[m * length + t] * FilterWindow.DecayWindow.derivative(time, rates[m]);
                }
            }
        }
        return networkGradient;
    }

    /** y_t = A x_t + b for each of {@code length} steps; rows of x and y are steps. */
    private static double[] affine(double[] weight, double[] bias, double[] x, int length) {
        int outputs = bias.length;
        int width = weight.length / outputs;
        double[] y = new double[length * outputs];
        for (int t = 0; t < length; t++) {
            for (int o = 0; o < outputs; o++) {
                double sum = bias[o];
                for (int i = 0; i < width; i++) {
                    sum += weight[o * width + i] * x[t * width + i];
                }
                y[t * outputs + o] = sum;
            }
        }
        return y;
    }

    private static double[] affineBackward(String layer, double[] x, double[] gradient, ForwardContext<double[]> pass) {
        double[] weight = pass.parameter(layer + ".weight");
        double[] weightGradient = pass.gradient(layer + ".weight");
        int outputs = gradient.length / pass.length();
        int width = weight.length / outputs;
        double[] dx = new double[pass.length() * width];
        for (int t = 0; t < pass.length(); t++) {
            for (int o = 0; o < outputs; o++) {
                for (int i = 0; i < width; i++) {
                    weightGradient[o * width + i] += gradient[t * outputs + o] * x[t * width + i];
                    dx[t * width + i] += gradient[t * outputs + o] * weight[o * width + i];
                }
            }
        }
        return dx;
    }
}
