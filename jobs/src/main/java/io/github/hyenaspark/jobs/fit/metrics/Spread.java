package io.github.hyenaspark.jobs.fit.metrics;

import java.util.Arrays;
import java.util.stream.DoubleStream;

/** Mean and standard deviation of numbers, in their unit. */
public record Spread(double mean, double deviation) {
    /** Of finite numbers, at least one, however large or small. */
    public static Spread of(double[] numbers) {
        Scaled scaled = Scaled.of(Arrays.stream(numbers));
        double mean = Math.scalb(Arrays.stream(scaled.values()).average().orElseThrow(), scaled.exponent());
        Scaled apart = Scaled.of(Arrays.stream(numbers).map(number -> number - mean));
        double variance = apart.squares().average().orElseThrow();
        return new Spread(mean, Math.scalb(Math.sqrt(variance), apart.exponent()));
    }

    /**
     * Numbers in units of the power of two at the largest of them, so that no square or sum of theirs leaves the range
     * of a double. What is computed of them has the bits that it has without the unit, wherever that stays in range.
     *
     * @param values each below 2, whatever its sign, or not finite
     * @param exponent of the unit: a value stands for {@code value · 2^exponent}
     */
    record Scaled(double[] values, int exponent) {
        static Scaled of(DoubleStream numbers) {
            double[] all = numbers.toArray();
            int exponent =
                    Math.getExponent(Arrays.stream(all).map(Math::abs).max().orElse(0));
            return new Scaled(
                    Arrays.stream(all)
                            .map(value -> Math.scalb(value, -exponent))
                            .toArray(),
                    exponent);
        }

        /** In units of {@code 4^exponent}. */
        DoubleStream squares() {
            return Arrays.stream(values).map(value -> StrictMath.pow(value, 2));
        }

        /** The sum of the squares one after the other, in units of {@code 4^exponent}. */
        double squaresSummed() {
            double sum = 0;
            for (double value : values) {
                sum += StrictMath.pow(value, 2);
            }
            return sum;
        }
    }
}
