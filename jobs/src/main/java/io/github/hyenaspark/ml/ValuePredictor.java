package io.github.hyenaspark.ml;

import io.github.hyenaspark.jobs.fit.LabelPredictor;
import io.github.hyenaspark.jobs.spark.Predictor;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import java.util.List;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;

/** Predicts the value of a document. */
record ValuePredictor(LabelPredictor predictor) implements Predictor {
    static final String PREDICTION = "prediction";

    @Override
    public StructType columns() {
        return new StructType().add(PREDICTION, DataTypes.DoubleType);
    }

    @Override
    public int[] tokens(InputStream text) throws IOException {
        return predictor.someTokens(text);
    }

    @Override
    public List<List<Object>> predict(List<int[]> documents) {
        return Arrays.stream(predictor.outputs(documents))
                .map(outputs -> List.<Object>of(outputs[0]))
                .toList();
    }
}
