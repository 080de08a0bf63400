package io.github.hyenaspark.ml;

import io.github.hyenaspark.jobs.fit.LabelPredictor;
import io.github.hyenaspark.jobs.spark.Predictor;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.apache.spark.ml.linalg.SQLDataTypes;
import org.apache.spark.ml.linalg.Vectors;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;

/** Predicts classes in Spark's terms: their numbers, and vectors by number. */
final class ClassPredictor implements Predictor {
    static final String PREDICTION = "prediction";
    static final String PROBABILITY = "probability";
    static final String RAW = "raw";
    private static final long serialVersionUID = 1;

    private final LabelPredictor predictor;
    private final int[] classes;
    private final int number;
    private final double[] thresholds;

    /**
     * A predictor.
     *
     * @param classes the number of the class that each output of the model stands for
     * @param number of all classes; those without an output have probability 0
     * @param thresholds one for each class, or none
     */
    ClassPredictor(LabelPredictor predictor, int[] classes, int number, double[] thresholds) {
        this.predictor = predictor;
        this.classes = classes;
        this.number = number;
        this.thresholds = thresholds;
    }

    @Override
    public StructType columns() {
        return new StructType()
                .add(PREDICTION, DataTypes.DoubleType)
                .add(PROBABILITY, SQLDataTypes.VectorType())
                .add(RAW, SQLDataTypes.VectorType());
    }

    @Override
    public int[] tokens(InputStream text) throws IOException {
        return predictor.someTokens(text);
    }

    @Override
    public List<List<Object>> predict(List<int[]> documents) {
        List<List<Object>> rows = new ArrayList<>();
        for (double[] outputs : predictor.outputs(documents)) {
            double[] probabilities = new double[number];
            for (int output = 0; output < outputs.length; output++) {
                probabilities[classes[output]] = outputs[output];
            }
            double[] raw = Arrays.stream(probabilities).map(StrictMath::log).toArray();
            rows.add(List.of(
                    (double) predicted(probabilities, thresholds), Vectors.dense(probabilities), Vectors.dense(raw)));
        }
        return rows;
    }

    /** The first class of the greatest p/t, where 0/0 counts as 0. */
    static int predicted(double[] probabilities, double[] thresholds) {
        int best = 0;
        double most = -1;
        for (int c = 0; c < probabilities.length; c++) {
            double p = probabilities[c];
            double share = thresholds.length == 0 || p == 0 ? p : p / thresholds[c];
            best = share > most ? c : best;
            most = Math.max(share, most);
        }
        return best;
    }
}
