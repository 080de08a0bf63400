package io.github.hyenaspark.ml;

import io.github.hyenaspark.jobs.fit.FittedModel;
import io.github.hyenaspark.jobs.fit.LabelPredictor;
import io.github.hyenaspark.jobs.spark.Predictor;
import io.github.hyenaspark.jobs.spark.ResultColumns;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.ml.Model;
import org.apache.spark.ml.param.ParamMap;
import org.apache.spark.ml.util.DefaultParamsReadable;
import org.apache.spark.ml.util.DefaultParamsWritable;
import org.apache.spark.ml.util.MLReader;
import org.apache.spark.ml.util.MLWriter;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.jspecify.annotations.Nullable;

/**
 * Predicts a value of documents; what {@link HyenaRegressor} gives. A saved model has all that it needs: Spark's
 * metadata, and the parameters in safetensors files.
 */
public final class HyenaRegressionModel extends Model<HyenaRegressionModel>
        implements PredictionParams<HyenaRegressionModel>, DefaultParamsWritable {
    private static final long serialVersionUID = 1;

    private final String uid;
    private transient @Nullable FittedModel fitted;

    /** For Spark, which reads a model's description first; {@link #load} reads the whole. */
    public HyenaRegressionModel(String uid) {
        this.uid = uid;
        Stages.setDefaults(this);
    }

    /** Reads models that {@code write} or {@code save} wrote. */
    public static MLReader<HyenaRegressionModel> read() {
        return new ModelFiles.Reader<>(
                new DefaultParamsReadable<HyenaRegressionModel>() {}.read(), HyenaRegressionModel::with);
    }

    public static HyenaRegressionModel load(String path) {
        return read().load(path);
    }

    HyenaRegressionModel with(FittedModel content) {
        fitted = content;
        return this;
    }

    private FittedModel fitted() {
        return Objects.requireNonNull(fitted, "a model is read by load, or made by HyenaRegressor.fit");
    }

    @Override
    public String uid() {
        return uid;
    }

    /**
     * The documents, in their order and partitions, and what is predicted of them.
     *
     * @throws IllegalArgumentException if the columns do not fit
     */
    @Override
    public Dataset<Row> transform(Dataset<?> documents) {
        StructType schema = transformSchema(documents.schema());
        JavaSparkContext context =
                JavaSparkContext.fromSparkContext(documents.sparkSession().sparkContext());
        var predictor = new ValuePredictor(LabelPredictor.send(context, fitted()));
        String result = uid + "__result";
        Dataset<Row> computed = ResultColumns.predict(documents, getInputCol(), result, predictor);
        Map<String, Column> values =
                Map.of(getPredictionCol(), Stages.column(computed, result).getField(ValuePredictor.PREDICTION));
        return Stages.finish(this, computed, result, ValuePredictor.PREDICTION, schema, values);
    }

    @Override
    public StructType transformSchema(StructType schema) {
        Stages.checkInput(this, schema);
        return Stages.with(schema, this, predictionCol(), DataTypes.DoubleType);
    }

    @Override
    public MLWriter write() {
        return new ModelFiles.Writer(DefaultParamsWritable.super.write(), fitted());
    }

    @Override
    public HyenaRegressionModel copy(ParamMap extra) {
        HyenaRegressionModel copy = copyValues(new HyenaRegressionModel(uid).with(fitted()), extra);
        return copy.setParent(parent());
    }

    /** Predicts the value of a document. */
    private record ValuePredictor(LabelPredictor predictor) implements Predictor {
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
}
