package io.github.hyenaspark.operator.hyena;

import io.github.hyenaspark.convolution.DirectConvolution;
import io.github.hyenaspark.operator.filter.FilterSpec;
import io.github.hyenaspark.operator.filter.FilterSpec.FilterMap;
import io.github.hyenaspark.operator.tensor.ForwardContext;
import java.util.Arrays;

/** The double reference of {@link LongFilters}: every row by definition, O(L²). */
public final class ReferenceFilters {
    private final String part;
    private final FilterSpec spec;
    private final boolean directTerm;
    private final FilterMap<double[]> filter;
    private double[] taps = {}; // F×L
    private double[] direct = {}; // zeros if there is none
    private double[] tapGradient = {};
    private double[] directGradient = {};
    private int length;

    public ReferenceFilters(String part, FilterSpec spec, boolean directTerm) {
        this.part = part;
        this.spec = spec;
        this.directTerm = directTerm;
        filter = spec.referenceModule();
    }

    public void forward(ForwardContext<double[]> pass) {
        length = pass.length();
        taps = new double[spec.filters() * length];
        tapGradient = new double[taps.length];
        direct = directTerm ? pass.parameter(part + ".direct") : new double[spec.filters()];
        directGradient = new double[direct.length];
        filter.forward(taps, pass.within(part));
    }

    /** h ∗ u + d · u of filter {@code m}. */
    public double[] response(int m, double[] u) {
        double[] y = DirectConvolution.forward(row(taps, m, length), u);
        for (int t = 0; t < length; t++) {
            y[t] += direct[m] * u[t];
        }
        return y;
    }

    /** The gradient of u; adds those of the filter. */
    public double[] backward(int m, double[] u, double[] dy) {
        double[] du = DirectConvolution.inputGradient(row(taps, m, length), dy);
        add(DirectConvolution.filterGradient(u, dy), tapGradient, m);
        for (int t = 0; t < length; t++) {
            du[t] += direct[m] * dy[t];
            directGradient[m] += dy[t] * u[t];
        }
        return du;
    }

    public void finishBackward(ForwardContext<double[]> pass) {
        filter.backward(tapGradient, pass.within(part));
        if (directTerm) {
            add(directGradient, pass.gradient(part + ".direct"), 0);
        }
    }

    public static double[] row(double[] rows, int number, int length) {
        return Arrays.copyOfRange(rows, number * length, (number + 1) * length);
    }

    /** Adds {@code row} to row {@code number}. */
    public static void add(double[] row, double[] rows, int number) {
        for (int t = 0; t < row.length; t++) {
            rows[number * row.length + t] += row[t];
        }
    }
}
