package io.github.hyenaspark.ml;

import io.github.hyenaspark.jobs.spark.Pooling;
import io.github.hyenaspark.jobs.spark.Scoring;
import java.util.List;
import java.util.Map;
import org.apache.spark.ml.Transformer;
import org.apache.spark.ml.functions;
import org.apache.spark.ml.linalg.SQLDataTypes;
import org.apache.spark.ml.param.Param;
import org.apache.spark.ml.param.ParamMap;
import org.apache.spark.ml.param.ParamValidators;
import org.apache.spark.ml.util.DefaultParamsReadable;
import org.apache.spark.ml.util.DefaultParamsWritable;
import org.apache.spark.ml.util.MLReader;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.types.StructType;

/**
 * Turns documents into vectors with a trained model, as {@code embed} does: the output of the last block after the
 * final norm, one vector of D for each document, of the type that Spark's own stages take.
 *
 * <pre>{@code
 * var embedder = new HyenaEmbedder().setPretrained("hdfs:///runs/books").setInputCol("text").setOutputCol("features");
 * var pipeline = new Pipeline().setStages(new PipelineStage[] {embedder, new LogisticRegression()});
 * }</pre>
 */
public final class HyenaEmbedder extends Transformer implements PretrainedParams<HyenaEmbedder>, DefaultParamsWritable {
    private static final long serialVersionUID = 1;

    private final String uid;

    public HyenaEmbedder() {
        this(Stages.uid(HyenaEmbedder.class));
    }

    /** With a name of its own, as a saved one has. */
    public HyenaEmbedder(String uid) {
        this.uid = uid;
        Stages.setDefaults(this);
        setDefault(pooling(), "mean");
    }

    /** Reads stages that {@code write} or {@code save} wrote. */
    public static MLReader<HyenaEmbedder> read() {
        return new DefaultParamsReadable<HyenaEmbedder>() {}.read();
    }

    public static HyenaEmbedder load(String path) {
        return read().load(path);
    }

    @Override
    public String uid() {
        return uid;
    }

    /** The vector of a document: {@code mean}, the default, over its tokens, or that of its {@code last} token. */
    public Param<String> pooling() {
        String doc = "the vector of a document: mean (over its tokens) or last (that of its last token)";
        return new Param<>(this, "pooling", doc, ParamValidators.inArray(List.of("mean", "last")));
    }

    public String getPooling() {
        return getOrDefault(pooling());
    }

    public HyenaEmbedder setPooling(String pooling) {
        return Stages.set(this, pooling(), pooling);
    }

    /**
     * The documents, in their order and partitions, and their vectors, whose length is in the metadata of the column.
     *
     * @throws IllegalArgumentException if the columns do not fit, or there is no such model
     * @throws java.io.UncheckedIOException if the model cannot be read
     */
    @Override
    public Dataset<Row> transform(Dataset<?> documents) {
        transformSchema(documents.schema());
        String result = uid + "__result";
        Pooling pooling = getPooling().equals("mean") ? new Pooling.Mean() : new Pooling.Last();
        Scoring scoring = Stages.open(this, documents);
        StructType schema = embedded(documents.schema(), scoring.vectorLength());
        Dataset<Row> computed = scoring.addVectors(documents, getInputCol(), result, pooling);
        Column vector = Stages.column(computed, result).getField("vector").cast("array<double>");
        Map<String, Column> values = Map.of(getOutputCol(), functions.array_to_vector(vector));
        return Stages.finish(this, computed, result, "vector", schema, values);
    }

    /** Does not read the model, so it does not know how long vectors are. */
    @Override
    public StructType transformSchema(StructType schema) {
        Stages.require(this, pretrained(), "the URI of a run or an export");
        Stages.checkInput(this, schema);
        return embedded(schema, 0);
    }

    private StructType embedded(StructType schema, int length) {
        return Stages.with(schema, this, outputCol(), SQLDataTypes.VectorType(), Stages.size(length));
    }

    @Override
    public HyenaEmbedder copy(ParamMap extra) {
        return defaultCopy(extra);
    }
}
