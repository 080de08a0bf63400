package io.github.hyenaspark.ml;

import io.github.hyenaspark.io.Refusal;
import io.github.hyenaspark.jobs.fit.FittedModel;
import java.util.List;
import org.apache.spark.ml.Estimator;
import org.apache.spark.ml.attribute.Attribute;
import org.apache.spark.ml.attribute.NominalAttribute;
import org.apache.spark.ml.param.ParamMap;
import org.apache.spark.ml.util.DefaultParamsReadable;
import org.apache.spark.ml.util.DefaultParamsWritable;
import org.apache.spark.ml.util.MLReader;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.functions;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.NumericType;
import org.apache.spark.sql.types.StructField;
import org.apache.spark.sql.types.StructType;

/**
 * Learns the classes of documents, as the command {@code fit} does. Labels are strings, of any kind, or the numbers of
 * classes, from 0 to 9,999 or as many as the metadata of the label column names. The model's predictions are numbers of
 * classes; the names that strings give them, or the label column has in its metadata, are in the metadata of the
 * prediction column, where {@code IndexToString} finds them.
 *
 * <pre>{@code
 * var classifier = new HyenaClassifier().setInputCol("text").setLabelCol("language");
 * HyenaClassificationModel model = classifier.fit(documents);
 * }</pre>
 */
public final class HyenaClassifier extends Estimator<HyenaClassificationModel>
        implements FitParams<HyenaClassifier>, ClassificationParams<HyenaClassifier>, DefaultParamsWritable {
    private static final long serialVersionUID = 1;
    private static final int MOST_UNNAMED = 10_000; // every row has two vectors of as many doubles as there are classes

    private final String uid;

    public HyenaClassifier() {
        this(Stages.uid(HyenaClassifier.class));
    }

    /** With a name of its own, as a saved one has. */
    public HyenaClassifier(String uid) {
        this.uid = uid;
        LabelFit.setDefaults(this);
        Stages.setDefaults(this);
    }

    /** Reads stages that {@code write} or {@code save} wrote. */
    public static MLReader<HyenaClassifier> read() {
        return new DefaultParamsReadable<HyenaClassifier>() {}.read();
    }

    public static HyenaClassifier load(String path) {
        return read().load(path);
    }

    @Override
    public String uid() {
        return uid;
    }

    /**
     * Trains a model.
     *
     * @throws IllegalArgumentException if columns or parameters do not fit, or there are fewer than two classes
     * @throws java.io.UncheckedIOException if files cannot be read or written
     */
    @Override
    public HyenaClassificationModel fit(Dataset<?> documents) {
        transformSchema(documents.schema());
        StructField field = Stages.column(this, documents.schema(), labelCol());
        Column value = Stages.column(documents.toDF(), getLabelCol());
        boolean named = field.dataType().equals(DataTypes.StringType);
        List<String> known = names(field);
        var label = named
                ? new LabelFit.Label(value, value.isNotNull(), "the name of a class")
                : new LabelFit.Label(
                        number(value, Math.max(MOST_UNNAMED, known.size())),
                        LabelFit.isFinite(value),
                        "the number of a class");
        FittedModel fitted = LabelFit.fit(
                this,
                documents,
                label,
                "classification",
                found -> Stages.checkThresholds(
                        this, HyenaClassificationModel.numClasses(found, named ? found : known)));
        List<String> names = named ? fitted.names() : known;
        HyenaClassificationModel model = copyValues(new HyenaClassificationModel(uid), new ParamMap());
        return model.with(fitted).setLabels(names).setParent(this);
    }

    /** As text without a fraction; refuses what is not the number of one of {@code most} classes. */
    private Column number(Column label, int most) {
        Column refusal = functions.raise_error(functions.concat(
                functions.lit(labelCol() + ": found "),
                label.cast(DataTypes.StringType),
                functions.lit(", expected whole numbers from 0 to " + (most - 1)
                        + "; index classes with StringIndexer or cast them to strings, or take HyenaRegressor")));
        Column whole = label.geq(0).and(label.lt(most)).and(label.equalTo(functions.floor(label)));
        Column text = label.cast(DataTypes.LongType).cast(DataTypes.StringType);
        return functions.when(whole, text).otherwise(refusal);
    }

    /** The names that the metadata of a column of numbers has for them. */
    private static List<String> names(StructField label) {
        if (label.dataType().equals(DataTypes.StringType)) {
            return List.of();
        }
        Attribute attribute = Attribute.fromStructField(label);
        return attribute instanceof NominalAttribute nominal && nominal.values().isDefined()
                ? List.of(nominal.values().get())
                : List.of();
    }

    @Override
    public StructType transformSchema(StructType schema) {
        LabelFit.check(this, schema);
        StructField field = Stages.column(this, schema, labelCol());
        DataType label = field.dataType();
        boolean fits = label.equals(DataTypes.StringType) || label instanceof NumericType;
        Refusal.unless(
                fits,
                labelCol().toString(),
                getLabelCol() + " of type " + label.simpleString(),
                "strings, or numbers of classes from 0");
        int known = names(field).size();
        if (known > 0) {
            Stages.checkThresholds(this, known);
        }
        return Stages.classified(schema, this, List.of(), 0);
    }

    @Override
    public HyenaClassifier copy(ParamMap extra) {
        return defaultCopy(extra);
    }
}
