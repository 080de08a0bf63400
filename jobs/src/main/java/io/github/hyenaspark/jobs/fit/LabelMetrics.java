package io.github.hyenaspark.jobs.fit;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.hyenaspark.io.Json;
import io.github.hyenaspark.jobs.fit.LabelMetrics.Spread.Scaled;
import io.github.hyenaspark.operator.head.LabelHead.Task;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;

/** How good predictions are. A prediction is the probabilities of all classes or tags, or the values. */
public final class LabelMetrics {
    private LabelMetrics() {}

    /**
     * Of a classification {@code accuracy}, {@code mcc}, {@code auroc} and {@code f1}; of tags the same, each the mean
     * over tags, {@code auroc} over those that some documents have and others have not, {@code f1} over those that
     * occur or are predicted; of values {@code rmse}, and {@code r2}, the mean over values that differ. NaN where
     * documents of one class or value alone cannot tell.
     *
     * @param targets one row for each document, as in its label set
     */
    public static Map<String, Double> of(Task task, double[][] predicted, double[][] targets) {
        Map<String, Double> metrics = new LinkedHashMap<>();
        switch (task) {
            case CLASSIFICATION -> {
                ClassCounts counts = ClassCounts.of(predicted, targets);
                metrics.put("accuracy", counts.accuracy());
                metrics.put("mcc", counts.matthews());
                metrics.put("auroc", areas(predicted, targets));
                metrics.put("f1", counts.f1());
            }
            case TAGGING -> {
                List<ClassCounts> tags = IntStream.range(0, targets[0].length)
                        .mapToObj(tag -> ClassCounts.of(tag(predicted, tag), column(targets, tag)))
                        .toList();
                metrics.put(
                        "accuracy",
                        mean(tags.stream().map(ClassCounts::accuracy).toList()));
                metrics.put("mcc", mean(tags.stream().map(ClassCounts::matthews).toList()));
                metrics.put(
                        "auroc",
                        mean(IntStream.range(0, targets[0].length)
                                .mapToObj(tag -> area(predicted, targets, tag, tag, 1))
                                .filter(Double::isFinite)
                                .toList()));
                metrics.put(
                        "f1",
                        mean(tags.stream()
                                .map(counts -> counts.f1(1))
                                .filter(Double::isFinite)
                                .toList()));
            }
            case REGRESSION -> {
                metrics.put("r2", explained(predicted, targets));
                Scaled errors = errors(predicted, targets);
                double squares = errors.squaresSummed() / predicted.length / targets[0].length;
                metrics.put("rmse", Math.scalb(Math.sqrt(squares), errors.exponent()));
            }
        }
        return metrics;
    }

    /**
     * Adds what each fold measured: an object with {@code mean} and {@code sd} over the folds that can tell, which are
     * those without NaN. The mean is null where none can tell, and the deviation where fewer than two can.
     *
     * @param hasFolds whether there is a deviation over folds at all; it is 0 without
     */
    public static void putOverFolds(ObjectNode json, String metric, double[] byFold, boolean hasFolds) {
        double[] told =
                Arrays.stream(byFold).filter(value -> !Double.isNaN(value)).toArray();
        double mean = Arrays.stream(told).average().orElse(Double.NaN);
        double squares = Arrays.stream(told)
                .map(value -> (value - mean) * (value - mean))
                .sum();
        ObjectNode value = json.putObject(metric);
        Json.putFinite(value, "mean", mean);
        Json.putFinite(
                value, "sd", !hasFolds ? 0 : told.length < 2 ? Double.NaN : Math.sqrt(squares / (told.length - 1)));
    }

    private static double[][] tag(double[][] predicted, int tag) {
        double[][] two = new double[predicted.length][];
        for (int i = 0; i < two.length; i++) {
            two[i] = sides(predicted[i][tag]);
        }
        return two;
    }

    private static double[] sides(double probability) {
        return new double[] {1 - probability, probability};
    }

    /** Whether a tag of this probability is predicted: if it is more likely than not. */
    public static boolean isPredicted(double probability) {
        return likeliest(sides(probability)) == 1;
    }

    private static double[][] column(double[][] rows, int number) {
        double[][] column = new double[rows.length][];
        for (int i = 0; i < column.length; i++) {
            column[i] = new double[] {rows[i][number]};
        }
        return column;
    }

    private static double mean(List<Double> values) {
        return values.stream().mapToDouble(Double::doubleValue).average().orElse(Double.NaN);
    }

    /** The first of the largest. */
    public static int likeliest(double[] probabilities) {
        int best = 0;
        for (int c = 1; c < probabilities.length; c++) {
            best = probabilities[c] > probabilities[best] ? c : best;
        }
        return best;
    }

    /** Of the second of two classes; else the mean over classes, each against all others. */
    private static double areas(double[][] predicted, double[][] targets) {
        int classes = predicted[0].length;
        return classes == 2
                ? area(predicted, targets, 1, 0, 1)
                : mean(IntStream.range(0, classes)
                        .mapToObj(c -> area(predicted, targets, c, 0, c))
                        .filter(Double::isFinite)
                        .toList());
    }

    /**
     * The probability that a document with the target has a higher score than one without; a tie is a half. NaN where a
     * score is.
     */
    private static double area(double[][] predicted, double[][] targets, int score, int column, double target) {
        if (Arrays.stream(predicted).anyMatch(row -> Double.isNaN(row[score]))) {
            return Double.NaN;
        }
        List<Integer> order = IntStream.range(0, predicted.length)
                .boxed()
                .sorted(Comparator.comparingDouble(i -> predicted[i][score]))
                .toList();
        double ranks = 0;
        double with = 0;
        for (int from = 0; from < order.size(); ) {
            int to = from;
            while (to < order.size() && predicted[order.get(to)][score] == predicted[order.get(from)][score]) {
                to++;
            }
            for (int i = from; i < to; i++) {
                if (targets[order.get(i)][column] == target) {
                    ranks += (from + 1 + to) / 2.0;
                    with++;
                }
            }
            from = to;
        }
        return (ranks - with * (with + 1) / 2) / (with * (predicted.length - with));
    }

    /** ŷ − y of all documents' values, one after the other. */
    private static Scaled errors(double[][] predicted, double[][] targets) {
        return Scaled.of(IntStream.range(0, predicted.length)
                .boxed()
                .flatMapToDouble(
                        i -> IntStream.range(0, targets[i].length).mapToDouble(t -> predicted[i][t] - targets[i][t])));
    }

    /** 1 − Σ(y − ŷ)²/Σ(y − ȳ)², of each value; the mean over those that are not the same in all documents. */
    private static double explained(double[][] predicted, double[][] targets) {
        return mean(IntStream.range(0, targets[0].length)
                .mapToObj(t -> {
                    double[][] found = column(targets, t);
                    if (Arrays.stream(found).allMatch(row -> row[0] == found[0][0])) {
                        return Double.NaN; // of which the rounded mean may differ
                    }
                    Scaled values = Scaled.of(Arrays.stream(found).mapToDouble(row -> row[0]));
                    double sum = 0;
                    for (double value : values.values()) {
                        sum += value / found.length;
                    }
                    double mean = Math.scalb(sum, values.exponent());
                    Scaled apart = Scaled.of(Arrays.stream(found).mapToDouble(row -> row[0] - mean));
                    Scaled errors = errors(column(predicted, t), found);
                    double left = errors.squaresSummed() / apart.squaresSummed();
                    return apart.squaresSummed() == 0
                            ? Double.NaN
                            : 1 - Math.scalb(left, 2 * (errors.exponent() - apart.exponent()));
                })
                .filter(value -> !Double.isNaN(value))
                .toList());
    }

    /**
     * How many documents are of each class, are predicted to be, and are both: all that metrics of classes need, in
     * memory that grows with the number of classes alone.
     */
    record ClassCounts(double[] found, double[] predicted, double[] right) {
        /**
         * Counts.
         *
         * @param predicted by document, the probabilities of classes
         * @param targets by document, the number of its class
         */
        static ClassCounts of(double[][] predicted, double[][] targets) {
            int classes = predicted.length == 0 ? 0 : predicted[0].length;
            var counts = new ClassCounts(new double[classes], new double[classes], new double[classes]);
            for (int i = 0; i < predicted.length; i++) {
                int label = (int) targets[i][0];
                int likeliest = LabelMetrics.likeliest(predicted[i]);
                counts.found[label]++;
                counts.predicted[likeliest]++;
                counts.right[label] += label == likeliest ? 1 : 0;
            }
            return counts;
        }

        double accuracy() {
            return sum(right) / sum(found);
        }

        private static double sum(double[] counts) {
            double sum = 0;
            for (double count : counts) {
                sum += count;
            }
            return sum;
        }

        private static double products(double[] a, double[] b) {
            double sum = 0;
            for (int c = 0; c < a.length; c++) {
                sum += a[c] * b[c];
            }
            return sum;
        }

        /**
         * For any number of classes (Gorodkin 2004, doi 10.1016/j.compbiolchem.2004.09.006); 0 if one is never left.
         */
        double matthews() {
            double all = sum(found);
            double scale =
                    Math.sqrt((all * all - products(predicted, predicted)) * (all * all - products(found, found)));
            return scale == 0 ? 0 : (sum(right) * all - products(found, predicted)) / scale;
        }

        /** The mean over the classes that occur or are predicted. */
        double f1() {
            double sum = 0;
            int counted = 0;
            for (int c = 0; c < found.length; c++) {
                double one = f1(c);
                if (!Double.isNaN(one)) {
                    sum += one;
                    counted++;
                }
            }
            return sum / counted;
        }

        /** Of one class; NaN if it neither occurs nor is predicted. */
        double f1(int c) {
            return 2 * right[c] / (found[c] + predicted[c]); // those that are both count twice
        }
    }

    /** Mean and standard deviation of numbers, in their unit. */
    public record Spread(double mean, double deviation) {
        /** Of finite numbers, at least one, however large or small. */
        public static Spread of(double[] numbers) {
            if (Arrays.stream(numbers).allMatch(number -> number == numbers[0])) {
                return new Spread(numbers[0], 0); // a rounded mean may be another number
            }
            Scaled scaled = Scaled.of(Arrays.stream(numbers));
            double mean = Math.scalb(Arrays.stream(scaled.values()).average().orElseThrow(), scaled.exponent());
            Scaled apart = Scaled.of(Arrays.stream(numbers).map(number -> number - mean));
            double variance = apart.squares().average().orElseThrow();
            return new Spread(mean, Math.scalb(Math.sqrt(variance), apart.exponent()));
        }

        /**
         * Numbers in units of the power of two at the largest of them, so that no square or sum of theirs leaves the
         * range of a double. What is computed of them has the bits that it has without the unit, wherever that stays in
         * range.
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
}
