package io.github.hyenaspark.jobs.fit.metrics;

/**
 * How many documents are of each class, are predicted to be, and are both: all that metrics of classes need, in memory
 * that grows with the number of classes alone.
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

    /** For any number of classes (Gorodkin 2004, doi 10.1016/j.compbiolchem.2004.09.006); 0 if one is never left. */
    double matthews() {
        double all = sum(found);
        double scale = Math.sqrt((all * all - products(predicted, predicted)) * (all * all - products(found, found)));
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
