package io.github.hyenaspark.ml;

import io.github.hyenaspark.io.Refusal;
import io.github.hyenaspark.jobs.spark.Scoring;
import io.github.hyenaspark.jobs.spark.run.TrainedRun;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.UUID;
import org.apache.spark.ml.param.Param;
import org.apache.spark.ml.param.Params;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.functions;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;

/** What the stages have in common. */
final class Stages {
    private Stages() {}

    /** A new name for a stage, in the form of Spark's own. */
    static String uid(Class<?> stage) {
        return stage.getSimpleName() + "_" + UUID.randomUUID().toString().replaceFirst(".*-", "");
    }

    /** Sets a parameter of a stage and returns the stage, whose type S is. */
    @SuppressWarnings("unchecked")
    static <S extends Params, T> S set(Params stage, Param<T> param, T value) {
        return (S) stage.set(param, value);
    }

    static void setDefaults(PretrainedParams<?> stage) {
        stage.setDefault(stage.maxLength(), 0);
        stage.setDefault(stage.checkpoint(), TrainedRun.NEWEST);
        stage.setDefault(stage.outputCol(), stage.uid() + "__output");
        stage.setDefault(stage.handleInvalid(), "error");
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
        String column = stage.getInputCol();
        String key = stage.inputCol().toString();
        List<String> names = List.of(schema.fieldNames());
        Refusal.unless(names.contains(column), key, column, "one of the columns " + names);
        DataType type = schema.apply(column).dataType();
        String expected = "a column of strings; cast it, or choose another";
        Refusal.unless(type.equals(DataTypes.StringType), key, column + " of type " + type.simpleString(), expected);
    }

    /** The schema with one more column, which may be null; refuses one that has it already. */
    static StructType with(StructType schema, Params stage, Param<String> param, DataType type) {
        String column = stage.getOrDefault(param);
        boolean isFree = !List.of(schema.fieldNames()).contains(column);
        Refusal.unless(isFree, param.toString(), column, "a name that is not among the columns yet");
        return schema.add(column, type);
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
     * @param columns new columns by name, for documents with a result
     */
    static Dataset<Row> finish(
            PretrainedParams<?> stage,
            Dataset<Row> computed,
            String result,
            String needed,
            Map<String, Column> columns) {
        Column there = computed.col(result).getField(needed).isNotNull();
        Column reason = functions.concat(
                functions.lit(stage.uid() + ": found a document without a result: "),
                functions.coalesce(computed.col(result).getField("error"), functions.lit("the text is empty")),
                functions.lit("; set handleInvalid to skip or keep, or leave such rows out"));
        boolean fails = stage.getHandleInvalid().equals("error");
        Dataset<Row> rows = stage.getHandleInvalid().equals("skip") ? computed.filter(there) : computed;
        for (Map.Entry<String, Column> column : columns.entrySet()) {
            Column value = functions.when(there, column.getValue());
            rows = rows.withColumn(column.getKey(), fails ? value.otherwise(functions.raise_error(reason)) : value);
        }
        return rows.drop(result);
    }
}
