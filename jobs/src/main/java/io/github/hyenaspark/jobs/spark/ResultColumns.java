package io.github.hyenaspark.jobs.spark;

import java.io.IOException;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import org.apache.spark.api.java.function.MapPartitionsFunction;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Encoders;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.functions;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructField;
import org.apache.spark.sql.types.StructType;

/** Results of documents beside all columns that the documents have. */
public final class ResultColumns {
    private ResultColumns() {}

    /** What a task computes of its documents. */
    @FunctionalInterface
    interface Computation extends Serializable {
        Iterator<Row> rows(TextRows texts) throws IOException;
    }

    /**
     * All columns of the documents, and behind them {@code column}, a struct of what is predicted of each and of
     * {@code error}, a string: why there is no prediction, or null. Rows keep their partitions and order, and several
     * columns of one name stay several.
     *
     * @param text name of one column of strings
     */
    public static Dataset<Row> predict(Dataset<?> documents, String text, String column, Predictor predictor) {
        return add(documents, text, column, predictor.columns(), texts -> new Predictor.Rows(texts, predictor));
    }

    /** The same for a computation whose rows have one value handed through, these results, and the error. */
    static Dataset<Row> add(
            Dataset<?> documents, String text, String column, StructType results, Computation computation) {
        StructType schema = documents.schema();
        int at = schema.fieldIndex(text);
        MapPartitionsFunction<Row, Row> computed =
                part -> computation.rows(new TextRows.DataFrameTexts(part, at, row -> row));
        StructType type = new StructType().add("document", numbered(schema), false);
        for (StructField result : results.fields()) {
            type = type.add(result);
        }
        type = type.add("error", DataTypes.StringType);
        Dataset<Row> rows = documents.toDF().mapPartitions(computed, Encoders.row(type));
        List<Column> columns = new ArrayList<>();
        for (int i = 0; i < schema.size(); i++) { // an encoder of rows loses the metadata
            StructField field = schema.fields()[i];
            columns.add(rows.col("document").getField(numbered(i)).as(field.name(), field.metadata()));
        }
        Column[] ofResult =
                Arrays.stream(type.fieldNames()).skip(1).map(rows::col).toArray(Column[]::new);
        columns.add(functions.struct(ofResult).as(column));
        return rows.select(columns.toArray(Column[]::new));
    }

    /** The fields under other names, each of which is one field's alone: after a join several may have one name. */
    private static StructType numbered(StructType schema) {
        StructType numbered = new StructType();
        for (int i = 0; i < schema.size(); i++) {
            StructField field = schema.fields()[i];
            numbered = numbered.add(numbered(i), field.dataType(), field.nullable());
        }
        return numbered;
    }

    private static String numbered(int field) {
        return "field" + field;
    }
}
