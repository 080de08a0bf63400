package io.github.hyenaspark.ml;

import io.github.hyenaspark.io.Refusal;
import io.github.hyenaspark.jobs.fit.FittedModel;
import org.apache.spark.ml.Estimator;
import org.apache.spark.ml.param.ParamMap;
import org.apache.spark.ml.util.DefaultParamsReadable;
import org.apache.spark.ml.util.DefaultParamsWritable;
import org.apache.spark.ml.util.MLReader;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.NumericType;
import org.apache.spark.sql.types.StructType;

/**
 * Learns a value of documents, as the command {@code fit} does: values are standardised for training, and predictions
 * are in their own unit.
 *
 * <pre>{@code
 * HyenaRegressionModel model = new HyenaRegressor().setInputCol("sequence").setTokenizer("dna").fit(documents);
 * }</pre>
 */
public final class HyenaRegressor extends Estimator<HyenaRegressionModel>
        implements FitParams<HyenaRegressor>, PredictionParams<HyenaRegressor>, DefaultParamsWritable {
    private static final long serialVersionUID = 1;

    private final String uid;

    public HyenaRegressor() {
        this(Stages.uid(HyenaRegressor.class));
    }

    /** With a name of its own, as a saved one has. */
    public HyenaRegressor(String uid) {
        this.uid = uid;
        LabelFit.setDefaults(this);
        Stages.setDefaults(this);
    }

    /** Reads stages that {@code write} or {@code save} wrote. */
    public static MLReader<HyenaRegressor> read() {
        return new DefaultParamsReadable<HyenaRegressor>() {}.read();
    }

    public static HyenaRegressor load(String path) {
        return read().load(path);
    }

    @Override
    public String uid() {
        return uid;
    }

    /**
     * Trains a model.
     *
     * @throws IllegalArgumentException if columns or parameters do not fit
     * @throws java.io.UncheckedIOException if files cannot be read or written
     */
    @Override
    public HyenaRegressionModel fit(Dataset<?> documents) {
        transformSchema(documents.schema());
        Column value = Stages.column(documents.toDF(), getLabelCol());
        var label = new LabelFit.Label(value.cast(DataTypes.StringType), LabelFit.isFinite(value), "a finite number");
        FittedModel fitted = LabelFit.fit(this, documents, label, "regression", names -> {});
        HyenaRegressionModel model = copyValues(new HyenaRegressionModel(uid), new ParamMap());
        return model.with(fitted).setParent(this);
    }

    @Override
    public StructType transformSchema(StructType schema) {
        LabelFit.check(this, schema);
        DataType label = Stages.column(this, schema, labelCol()).dataType();
        Refusal.unless(
                label instanceof NumericType,
                labelCol().toString(),
                getLabelCol() + " of type " + label.simpleString(),
                "a column of numbers; HyenaClassifier takes strings");
        return Stages.with(schema, this, predictionCol(), DataTypes.DoubleType);
    }

    @Override
    public HyenaRegressor copy(ParamMap extra) {
        return defaultCopy(extra);
    }
}
