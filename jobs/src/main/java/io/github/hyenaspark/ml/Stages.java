package io.github.hyenaspark.ml;

import io.github.hyenaspark.io.Refusal;
import io.github.hyenaspark.jobs.spark.Scoring;
import io.github.hyenaspark.jobs.spark.run.TrainedRun;
import java.io.IOException;
import java.io.Serializable;
import java.io.UncheckedIOException;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.UUID;
import org.apache.spark.ml.attribute.AttributeGroup;
import org.apache.spark.ml.attribute.NominalAttribute;
import org.apache.spark.ml.linalg.SQLDataTypes;
import org.apache.spark.ml.param.Param;
import org.apache.spark.ml.param.Params;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.functions;
import org.apache.spark.sql.internal.SQLConf;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.Metadata;
import org.apache.spark.sql.types.StructField;
import org.apache.spark.sql.types.StructType;
import scala.Function1;

/** What the stages have in common. */
final class Stages {
    /** Of {@code thresholds}: whether none is negative and at most one is 0, as Spark's own classifiers want them. */
    static final Function1<double[], Object> VALID_THRESHOLDS = (Function1<double[], Object> & Serializable)
            thresholds -> Arrays.stream(thresholds).allMatch(each -> each >= 0)
                    && Arrays.stream(thresholds).filter(each -> each == 0).count() < 2;

    private Stages() {}

    /** A new name for a stage, in the form of Spark's own. */
    static String uid(Class<?> stage) {
        return stage.getSimpleName() + "_" + UUID.randomUUID().toString().replaceFirst(".*-", "");
    }

    /** Sets a parameter of a stage and returns the stage, whose type S is. */
    @SuppressWarnings({"unchecked", "TypeParameterUnusedInFormals"}) // a stage says itself what S is
    static <S extends Params, T> S set(Params stage, Param<T> param, T value) {
        return (S) stage.set(param, value);
    }

    static void setDefaults(PretrainedParams<?> stage) {
        stage.setDefault(stage.maxLength(), 0);
        stage.setDefault(stage.checkpoint(), TrainedRun.NEWEST);
        stage.setDefault(stage.outputCol(), stage.uid() + "__output");
        stage.setDefault(stage.handleInvalid(), "error");
    }

    static void setDefaults(PredictionParams<?> stage) {
        stage.setDefault(stage.predictionCol(), "prediction");
        stage.setDefault(stage.handleInvalid(), "error");
        if (stage instanceof ClassificationParams<?> classes) {
            stage.setDefault(classes.probabilityCol(), "probability");
            stage.setDefault(classes.rawPredictionCol(), "rawPrediction");
        }
    }

    /** Refuses a parameter without a value; {@code meaning} says what is expected. */
    static void require(Params stage, Param<?> param, String meaning) {
        String setter = "set" + param.name().substring(0, 1).toUpperCase(Locale.ROOT)
                + param.name().substring(1);
        Refusal.unless(stage.isDefined(param), param.toString(), "nothing", meaning + "; call " + setter);
    }

    /** Refuses a schema without the column of documents. */
    static void checkInput(DocumentParams<?> stage, StructType schema) {
        require(stage, stage.inputCol(), "the column with the documents");
        DataType type = column(stage, schema, stage.inputCol()).dataType();
        String expected = "a column of strings; cast it, or choose another";
        Refusal.unless(
                type.equals(DataTypes.StringType),
                stage.inputCol().toString(),
                stage.getInputCol() + " of type " + type.simpleString(),
                expected);
    }

    /** The column of a name, whatever characters it has. */
    static Column column(Dataset<Row> documents, String name) {
        return documents.col("`" + name.replace("`", "``") + "`");
    }

    /** The column that a parameter names; refuses a schema without it, or with several. */
    static StructField column(Params stage, StructType schema, Param<String> param) {
        String column = stage.getOrDefault(param);
        List<String> names = List.of(schema.fieldNames());
        Refusal.unless(names.contains(column), param.toString(), column, "one of the columns " + names);
        List<String> same = named(schema, column);
        Refusal.unless(
                same.size() == 1,
                param.toString(),
                column + " for the columns " + same,
                "the name of one column; rename or drop the others");
        return schema.apply(column);
    }

    /**
     * The names in a schema that are this one to Spark: letters are the same in both cases unless a session says so.
     */
    private static List<String> named(StructType schema, String column) {
        boolean isExact = SQLConf.get().caseSensitiveAnalysis();
        return Arrays.stream(schema.fieldNames())
                .filter(name -> isExact ? name.equals(column) : name.equalsIgnoreCase(column))
                .toList();
    }

    static StructType with(StructType schema, Params stage, Param<String> param, DataType type) {
        return with(schema, stage, param, type, Metadata.empty());
    }

    /** The schema with one more column, which may be null, if it has a name; refuses one that is there already. */
    static StructType with(StructType schema, Params stage, Param<String> param, DataType type, Metadata metadata) {
        String column = stage.getOrDefault(param);
        List<String> same = named(schema, column);
        String other = same.isEmpty() || same.contains(column) ? "" : ", and is not " + same.get(0) + " in other case";
        Refusal.unless(same.isEmpty(), param.toString(), column, "a name that is not among the columns yet" + other);
        return column.isEmpty() ? schema : schema.add(column, type, true, metadata);
    }

    /**
     * The schema with the columns of a classifier, whose classes have these names or none, and how many there are.
     *
     * @param classes 0 if they are not known yet
     */
    static StructType classified(StructType schema, ClassificationParams<?> stage, List<String> names, int classes) {
        NominalAttribute attribute = NominalAttribute.defaultAttr().withName(stage.getPredictionCol());
        Metadata metadata = classes == 0
                ? Metadata.empty()
                : (names.isEmpty()
                                ? attribute.withNumValues(classes)
                                : attribute.withValues(names.toArray(String[]::new)))
                        .toMetadata();
        StructType all = with(schema, stage, stage.predictionCol(), DataTypes.DoubleType, metadata);
        all = with(all, stage, stage.probabilityCol(), SQLDataTypes.VectorType(), size(classes));
        return with(all, stage, stage.rawPredictionCol(), SQLDataTypes.VectorType(), size(classes));
    }

    /** How Spark's stages tell the length of a column's vectors; 0 if it is not known. */
    static Metadata size(int length) {
        return length == 0 ? Metadata.empty() : new AttributeGroup("vector", length).toMetadata();
    }

    static Scoring open(PretrainedParams<?> stage, Dataset<?> documents) {
        try {
            Scoring scoring = Scoring.open(documents.sparkSession(), stage.getPretrained(), stage.getCheckpoint());
            return stage.getMaxLength() == 0 ? scoring : scoring.maxLength(stage.getMaxLength());
        } catch (IOException e) {
            throw new UncheckedIOException(stage.uid() + ": cannot read " + stage.getPretrained(), e);
        }
    }

    /**
     * The documents with the columns of a stage instead of {@code result}, the struct that they were computed into.
     *
     * @param needed the field of the struct that every document with a result has
     * @param schema of the whole; its new columns are those that {@code values} has a value for
     */
    static Dataset<Row> finish(
            DocumentParams<?> stage,
            Dataset<Row> computed,
            String result,
            String needed,
            StructType schema,
            Map<String, Column> values) {
        Column there = column(computed, result).getField(needed).isNotNull();
        Column reason = functions.concat(
                functions.lit(stage.uid() + ": found a document without a result: "),
                functions.coalesce(column(computed, result).getField("error"), functions.lit("the text is empty")),
                functions.lit("; set handleInvalid to skip or keep, or leave such rows out"));
        boolean fails = stage.getHandleInvalid().equals("error");
        Dataset<Row> rows = stage.getHandleInvalid().equals("skip") ? computed.filter(there) : computed;
        for (StructField field : schema.fields()) {
            Column value = values.get(field.name());
            if (value != null) {
                Column whole = functions.when(there, value);
                Column column = fails ? whole.otherwise(functions.raise_error(reason)) : whole;
                rows = rows.withColumn(field.name(), column.as(field.name(), field.metadata()));
            }
        }
        return rows.drop(result);
    }

    /** Refuses other {@code thresholds} than one for each class, or none at all. */
    static void checkThresholds(ClassificationParams<?> stage, int classes) {
        if (stage.isDefined(stage.thresholds())) {
            double[] found = stage.getThresholds();
            String expected = classes + " numbers, one for each class";
            Refusal.unless(found.length == classes, stage.thresholds().toString(), Arrays.toString(found), expected);
        }
    }
}
