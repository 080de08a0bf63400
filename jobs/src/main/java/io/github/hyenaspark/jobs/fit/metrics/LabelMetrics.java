package io.github.hyenaspark.jobs.fit.metrics;

import io.github.hyenaspark.jobs.fit.metrics.Spread.Scaled;
import io.github.hyenaspark.operator.head.LabelHead.Task;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
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
}
