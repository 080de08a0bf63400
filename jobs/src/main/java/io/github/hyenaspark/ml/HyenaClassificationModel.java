package io.github.hyenaspark.ml;

import io.github.hyenaspark.jobs.fit.FittedModel;
import io.github.hyenaspark.jobs.fit.LabelPredictor;
import io.github.hyenaspark.jobs.spark.Predictor;
import io.github.hyenaspark.jobs.spark.ResultColumns;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.IntStream;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.ml.Model;
import org.apache.spark.ml.linalg.SQLDataTypes;
import org.apache.spark.ml.linalg.Vectors;
import org.apache.spark.ml.param.ParamMap;
import org.apache.spark.ml.param.StringArrayParam;
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
 * Predicts the classes of documents; what {@link HyenaClassifier} gives. A saved model has all that it needs: Spark's
 * metadata, and the parameters in safetensors files.
 */
public final class HyenaClassificationModel extends Model<HyenaClassificationModel>
        implements ClassificationParams<HyenaClassificationModel>, DefaultParamsWritable {
    private static final long serialVersionUID = 1;

    private final String uid;
    private transient @Nullable FittedModel fitted;

    /** For Spark, which reads a model's description first; {@link #load} reads the whole. */
    public HyenaClassificationModel(String uid) {
        this.uid = uid;
        Stages.setDefaults(this);
        setDefault(labels(), new String[0]);
    }

    /** Reads models that {@code write} or {@code save} wrote. */
    public static MLReader<HyenaClassificationModel> read() {
        return new ModelFiles.Reader<>(
                new DefaultParamsReadable<HyenaClassificationModel>() {}.read(), HyenaClassificationModel::with);
    }

    public static HyenaClassificationModel load(String path) {
        return read().load(path);
    }

    HyenaClassificationModel with(FittedModel content) {
        fitted = content;
        return this;
    }

    HyenaClassificationModel setLabels(List<String> names) {
        return Stages.set(this, labels(), names.toArray(String[]::new));
    }

    private FittedModel fitted() {
        return Objects.requireNonNull(fitted, "a model is read by load, or made by HyenaClassifier.fit");
    }

    @Override
    public String uid() {
        return uid;
    }

    /** The names of classes by their numbers; none if the labels were numbers without names. */
    public StringArrayParam labels() {
        return new StringArrayParam(this, "labels", "the names of classes by their numbers; none: they have no names");
    }

    public String[] getLabels() {
        return getOrDefault(labels());
    }

    /** How many classes there are: one more than the greatest number. */
    public int numClasses() {
        return numClasses(fitted().names(), List.of(getLabels()));
    }

    /** The same for the names of a model's outputs, and the names of all classes or none. */
    static int numClasses(List<String> outputs, List<String> labels) {
        int[] classes = classes(outputs, labels);
        return Math.max(labels.size(), classes[classes.length - 1] + 1);
    }

    /** The number of the class of each output. */
    private static int[] classes(List<String> outputs, List<String> labels) {
        return outputs.equals(labels)
                ? IntStream.range(0, outputs.size()).toArray()
                : outputs.stream().mapToInt(Integer::parseInt).toArray();
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
        double[] divisors = isDefined(thresholds()) ? getThresholds() : new double[0];
        int[] classes = classes(fitted().names(), List.of(getLabels()));
        var predictor = new ClassPredictor(LabelPredictor.send(context, fitted()), classes, numClasses(), divisors);
        String result = uid + "__result";
        Dataset<Row> computed = ResultColumns.predict(documents, getInputCol(), result, predictor);
        Column struct = Stages.column(computed, result);
        Map<String, Column> values = new HashMap<>();
        values.put(getPredictionCol(), struct.getField(ClassPredictor.PREDICTION));
        values.put(getProbabilityCol(), struct.getField(ClassPredictor.PROBABILITY));
        values.put(getRawPredictionCol(), struct.getField(ClassPredictor.RAW));
        return Stages.finish(this, computed, result, ClassPredictor.PREDICTION, schema, values);
    }

    @Override
    public StructType transformSchema(StructType schema) {
        Stages.checkInput(this, schema);
        Stages.checkThresholds(this, numClasses());
        return Stages.classified(schema, this, List.of(getLabels()), numClasses());
    }

    @Override
    public MLWriter write() {
        return new ModelFiles.Writer(DefaultParamsWritable.super.write(), fitted());
    }

    @Override
    public HyenaClassificationModel copy(ParamMap extra) {
        HyenaClassificationModel copy = copyValues(new HyenaClassificationModel(uid).with(fitted()), extra);
        return copy.setParent(parent());
    }

    /** Predicts classes in Spark's terms: their numbers, and vectors by number. */
    static final class ClassPredictor implements Predictor {
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
                        (double) predicted(probabilities, thresholds),
                        Vectors.dense(probabilities),
                        Vectors.dense(raw)));
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
}
