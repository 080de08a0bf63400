package io.github.hyenaspark.bench;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.hyenaspark.convolution.DirectConvolution;
import org.junit.jupiter.api.Test;

/** Results written by the definition in double have no error but rounding; a fault in any of them shows. */
class ConvolutionErrorTest {
    private static final int LENGTH = 33;
    private static final ConvolutionBenchmark.Shape SHAPE = new ConvolutionBenchmark.Shape(2, 3, LENGTH, 1);
    /** Half a unit in the last place of a float, relative to the largest element, and double's own rounding. */
    private static final double ROUNDING = 6.1e-8;

    private final ConvolutionRows rows = new ConvolutionRows(SHAPE, 1);
    private final ConvolutionRows.Deviation error = new ConvolutionRows.Deviation(rows, SHAPE);

    private void fillPlain() {
        for (int d = 0; d < SHAPE.channels(); d++) {
            double[] filter = doubles(rows.filter[d]);
            double[] filterGradient = new double[LENGTH];
            for (int b = 0; b < SHAPE.batch(); b++) {
                double[] input = doubles(rows.value[b][d]);
                double[] gradient = doubles(rows.outputGradient[b][d]);
                write(DirectConvolution.forward(filter, input), rows.output[b][d]);
                write(DirectConvolution.inputGradient(filter, gradient), rows.valueGradient[b][d]);
                double[] ofRow = DirectConvolution.filterGradient(input, gradient);
                for (int t = 0; t < LENGTH; t++) {
                    filterGradient[t] += ofRow[t];
                }
            }
            write(filterGradient, rows.filterGradient[d]);
        }
    }

    private static double[] doubles(float[] row) {
        double[] wide = new double[LENGTH];
        for (int t = 0; t < LENGTH; t++) {
            wide[t] = row[t];
        }
        return wide;
    }

    private static void write(double[] values, float[] row) {
        for (int t = 0; t < LENGTH; t++) {
            row[t] = (float) values[t];
        }
    }

    @Test
    void theDefinitionHasNoErrorButRounding() {
        fillPlain();
        assertThat(error.largest(false)).isLessThan(ROUNDING);
    }

    @Test
    void aFaultInAnyResultOfACheckedChannelShows() {
        for (float[] row : new float[][] {
            rows.output[1][2], rows.valueGradient[0][0], rows.filterGradient[2],
        }) {
            fillPlain();
            row[LENGTH - 1] += 0.1f;
            assertThat(error.largest(false)).isGreaterThan(0.01);
        }
    }

    @Test
    void theConvolutionThatIsMeasuredIsRight() {
        ConvolutionBenchmark.Measurement found =
                ConvolutionBenchmark.run(new ConvolutionBenchmark.Shape(2, 3, LENGTH, 2), 1);
        // Rounding of a float transform of 64 points, relative to the largest element.
        assertThat(found.maxRelativeError()).isPositive().isLessThan(1e-6);
        assertThat(found.gatedForwardBackward().seconds()).hasSize(1);
    }
}
