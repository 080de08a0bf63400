package io.github.hyenaspark.ml;

import java.util.HashMap;
import java.util.Map;
import org.apache.spark.ml.Transformer;
import org.apache.spark.ml.param.Param;
import org.apache.spark.ml.param.ParamMap;
import org.apache.spark.ml.util.DefaultParamsReadable;
import org.apache.spark.ml.util.DefaultParamsWritable;
import org.apache.spark.ml.util.MLReader;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;

/**
 * Says how well a trained model predicts documents, as {@code score} does: in {@code outputCol} the bits per byte of
 * the text in UTF-8, and on demand in {@code lossCol} the mean loss of a token in nats.
 *
 * <pre>{@code
 * var scorer = new HyenaScorer().setPretrained("hdfs:///runs/books").setInputCol("text").setOutputCol("bits_per_byte");
 * Dataset<Row> oddest = scorer.transform(documents).orderBy(col("bits_per_byte").desc());
 * }</pre>
 */
public final class HyenaScorer extends Transformer implements PretrainedParams<HyenaScorer>, DefaultParamsWritable {
    private static final long serialVersionUID = 1;

    private final String uid;

    public HyenaScorer() {
        this(Stages.uid(HyenaScorer.class));
    }

    /** With a name of its own, as a saved one has. */
    public HyenaScorer(String uid) {
        this.uid = uid;
        Stages.setDefaults(this);
        setDefault(lossCol(), "");
    }

    /** Reads stages that {@code write} or {@code save} wrote. */
    public static MLReader<HyenaScorer> read() {
        return new DefaultParamsReadable<HyenaScorer>() {}.read();
    }

    public static HyenaScorer load(String path) {
        return read().load(path);
    }

    @Override
    public String uid() {
        return uid;
    }

    /** A further new column with the mean loss of a token in nats; none if empty, the default. */
    public Param<String> lossCol() {
        return new Param<>(this, "lossCol", "name of a new column with the mean loss of a token in nats; empty: none");
    }

    public String getLossCol() {
        return getOrDefault(lossCol());
    }

    public HyenaScorer setLossCol(String column) {
        return Stages.set(this, lossCol(), column);
    }

    /**
     * The documents, in their order and partitions, and their scores.
     *
     * @throws IllegalArgumentException if the columns do not fit, or there is no such model
     * @throws java.io.UncheckedIOException if the model cannot be read
     */
    @Override
    public Dataset<Row> transform(Dataset<?> documents) {
        StructType schema = transformSchema(documents.schema());
        String result = uid + "__result";
        Dataset<Row> computed = Stages.open(this, documents).addScores(documents, getInputCol(), result);
        Column bits = Stages.column(computed, result).getField("bits_per_byte");
        Column loss = Stages.column(computed, result).getField("loss");
        Map<String, Column> values = new HashMap<>(); // both may be empty: no such column
        values.put(getOutputCol(), bits);
        values.put(getLossCol(), loss);
        return Stages.finish(this, computed, result, "loss", schema, values);
    }

    @Override
    public StructType transformSchema(StructType schema) {
        Stages.require(this, pretrained(), "the URI of a run or an export");
        Stages.checkInput(this, schema);
        StructType scored = Stages.with(schema, this, outputCol(), DataTypes.DoubleType);
        return Stages.with(scored, this, lossCol(), DataTypes.DoubleType);
    }

    @Override
    public HyenaScorer copy(ParamMap extra) {
        return defaultCopy(extra);
    }
}
