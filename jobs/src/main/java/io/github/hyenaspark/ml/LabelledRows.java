package io.github.hyenaspark.ml;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.apache.spark.ml.param.Param;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.functions;
import org.apache.spark.sql.types.DataTypes;

/**
 * The rows of a DataFrame as {@code fit} reads them: those that can be learnt from, sorted, so that a model depends on
 * the rows alone and not on their order and partitions.
 */
final class LabelledRows {
    static final String TEXT = "text";
    static final String LABEL = "label";
    static final String ID = "id";
    static final String WEIGHT = "weight";
    static final String HELD_OUT = "held_out";
    private static final String SPACE = " \t\n\u000B\f\r"; // of ASCII

    private LabelledRows() {}

    /**
     * What is to be learnt.
     *
     * @param value of strings, as {@code fit} reads it
     * @param usable whether a row has such a value
     * @param expected what the others lack
     */
    record Label(Column value, Column usable, String expected) {}

    /** Whether a value of a column of numbers is neither null, nor NaN, nor infinite. */
    static Column isFinite(Column column) {
        Column value = column.cast(DataTypes.DoubleType);
        return value.isNotNull().and(functions.abs(value).leq(Double.MAX_VALUE)); // to Spark NaN is above it
    }

    /**
     * A field of every row.
     *
     * @param found what there is instead of a value that can be used
     */
    private record Field(String name, Param<String> param, Column value, Column usable, Column found, String expected) {

        Column orRefusal() {
            Column refusal = functions.raise_error(functions.concat(
                    functions.lit(param + ": found "),
                    found,
                    functions.lit(", expected " + expected + "; set handleInvalid to skip, or leave such rows out")));
            return functions.when(usable, value).otherwise(refusal).as(name);
        }
    }

    /**
     * Rows that cannot be used are refused while the others are computed, unless the stage leaves them out. A
     * document's id is the hash of its text, by which they are sorted first; those that are equal in all else too are
     * the same.
     *
     * @param skipsSpace whether a text of white space alone is as good as an empty one
     */
    static Dataset<Row> of(FitParams<?> stage, Dataset<?> documents, Label label, boolean skipsSpace) {
        Dataset<Row> all = documents.toDF();
        List<Field> fields = fields(stage, all, label, skipsSpace);
        Column id = functions.sha2(Stages.column(all, stage.getInputCol()), 256).as(ID);
        List<Column> columns = new ArrayList<>(List.of(id));
        if (stage.getHandleInvalid().equals("error")) {
            fields.forEach(field -> columns.add(field.orRefusal()));
            return sorted(all.select(columns.toArray(Column[]::new)));
        }
        fields.forEach(field -> columns.add(field.value.as(field.name)));
        Column usable = fields.stream().map(Field::usable).reduce(Column::and).orElseThrow();
        return sorted(all.filter(usable).select(columns.toArray(Column[]::new)));
    }

    private static Dataset<Row> sorted(Dataset<Row> rows) {
        return rows.sort(Arrays.stream(rows.columns())
                .filter(name -> !name.equals(TEXT))
                .map(rows::col)
                .toArray(Column[]::new));
    }

    private static List<Field> fields(FitParams<?> stage, Dataset<Row> all, Label label, boolean skipsSpace) {
        Column text = Stages.column(all, stage.getInputCol());
        Column found = functions.when(text.isNull(), "null").otherwise("an empty text");
        Column letters = skipsSpace ? functions.trim(text, SPACE) : text;
        Column there = text.isNotNull().and(letters.notEqual(""));
        Column labels = Stages.column(all, stage.getLabelCol());
        List<Field> fields = new ArrayList<>();
        fields.add(new Field(TEXT, stage.inputCol(), text, there, found, "documents"));
        fields.add(new Field(LABEL, stage.labelCol(), label.value, label.usable, shown(labels), label.expected));
        if (stage.isDefined(stage.weightCol())) {
            Column weight = Stages.column(all, stage.getWeightCol()).cast(DataTypes.DoubleType);
            Column usable = isFinite(weight).and(weight.geq(0));
            fields.add(new Field(WEIGHT, stage.weightCol(), weight, usable, shown(weight), "a number of at least 0"));
        }
        if (stage.isDefined(stage.validationIndicatorCol())) {
            Column heldOut = Stages.column(all, stage.getValidationIndicatorCol());
            Param<String> param = stage.validationIndicatorCol();
            fields.add(new Field(HELD_OUT, param, heldOut, heldOut.isNotNull(), shown(heldOut), "true or false"));
        }
        return fields;
    }

    private static Column shown(Column column) {
        return functions.coalesce(column.cast(DataTypes.StringType), functions.lit("null"));
    }
}
