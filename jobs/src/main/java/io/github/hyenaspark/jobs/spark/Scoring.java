package io.github.hyenaspark.jobs.spark;

import io.github.hyenaspark.io.CorruptFileException;
import io.github.hyenaspark.io.Refusal;
import io.github.hyenaspark.jobs.spark.Scorer.Detail;
import io.github.hyenaspark.jobs.spark.run.TrainedRun;
import io.github.hyenaspark.jobs.spark.task.SparkStorage;
import java.io.IOException;
import java.util.List;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.api.java.function.MapPartitionsFunction;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Encoders;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;

/**
 * A trained model for any Spark application: documents in, their losses or vectors out. It needs no launcher and no
 * setting of ours, works with the application's own serializer, and computes as Spark asks for rows, in memory that
 * does not grow with the number of documents. In a JVM without
 * {@code --add-exports=java.base/jdk.internal.module=ALL-UNNAMED} it computes with a slower kernel and logs one
 * warning. Immutable.
 *
 * <pre>{@code
 * Scoring scoring = Scoring.open(spark, "hdfs:///runs/books");
 * Dataset<Row> scores = scoring.score(documents, "id", "text");
 * }</pre>
 */
public final class Scoring {
    private final SentModel model;
    private final SequenceBatcher.Windows windows;
    private final Detail detail;

    private Scoring(SentModel model, SequenceBatcher.Windows windows, Detail detail) {
        this.model = model;
        this.windows = windows;
        this.detail = detail;
    }

    /**
     * Opens the newest valid checkpoint of a run and sends its parameters to the session's executors, where they stay
     * as long as this object or a {@link Dataset} of it is reachable. Long documents overlap by half of the longest
     * sequence.
     *
     * @param session where datasets of documents are computed; its {@code spark.task.cpus} are the threads of a task
     * @param run URI of the run's directory, read with the session's Hadoop settings: {@code spark.hadoop.*} and what
     *     was set on its context's {@code hadoopConfiguration()}
     * @throws IllegalArgumentException if the directory has no checkpoint
     * @throws CorruptFileException if it has checkpoints but none that is valid
     * @throws IOException if it cannot be read
     */
    public static Scoring open(SparkSession session, String run) throws IOException {
        return open(session, run, TrainedRun.NEWEST);
    }

    /**
     * The same for another checkpoint, or for an export.
     *
     * @param model URI of a run's directory, or of one with the files that {@code export} writes
     * @param checkpoint as the setting {@code run.checkpoint}: {@code newest}, {@code best}, {@code average} or a round
     * @throws IllegalArgumentException if there is no such checkpoint, or the directory has neither
     * @throws CorruptFileException if its files are damaged
     * @throws IOException if it cannot be read
     */
    public static Scoring open(SparkSession session, String model, String checkpoint) throws IOException {
        JavaSparkContext context = JavaSparkContext.fromSparkContext(session.sparkContext());
        return of(SentModel.of(context, TrainedRun.ofRunOrExport(SparkStorage.of(context), model, checkpoint)));
    }

    static Scoring of(SentModel model) {
        return new Scoring(model, SequenceBatcher.Windows.halfOverlapping(model.longest()), Detail.DOCUMENTS);
    }

    /**
     * The same with shorter sequences, which overlap by half: less memory and context, the same columns.
     *
     * @param tokens at least 2, and at most the model's longest sequence
     */
    public Scoring maxLength(int tokens) {
        boolean fits = tokens >= 2 && tokens <= model.longest();
        Refusal.unless(fits, "maxLength", tokens, "2 to " + model.longest() + ", the model's longest sequence");
        return new Scoring(model, SequenceBatcher.Windows.halfOverlapping(tokens), detail);
    }

    /**
     * The same with another overlap. A document of more tokens than a sequence has, L, is cut into several; each begins
     * with the last tokens of the one before, which give it context and are not counted again. So every token but a
     * document's first is scored exactly once, and beyond the first L with at least this much context.
     *
     * @param tokens in [0, L); with 0 the cuts are those of {@code evaluate}
     */
    public Scoring overlap(int tokens) {
        return new Scoring(model, new SequenceBatcher.Windows(windows.longest(), tokens), detail);
    }

    /** The same with a further column {@code token_losses}, see {@link #score}. */
    public Scoring perToken() {
        return new Scoring(model, windows, Detail.TOKENS);
    }

    /**
     * The loss of every document: a row for each, in the partitions and the order of the documents.
     *
     * <p>Columns: the id; {@code tokens}, long, how many tokens were scored, the end of the document among them;
     * {@code nats}, double, the sum of their losses; {@code loss}, double, their mean; {@code bytes}, long, of the text
     * in UTF-8; {@code bits_per_byte}, double; with {@link #perToken} {@code token_losses}, array of float, the loss in
     * nats of every token but the first, NaN for masked ones; {@code error}, string. A text that the model's tokenizer
     * refuses, or that is null, has its reason in {@code error} and no other figures; all others have null there.
     *
     * @param documents any rows
     * @param id name of the column that tells documents apart, of any type; it is handed through
     * @param text name of a column of strings
     */
    public Dataset<Row> score(Dataset<Row> documents, String id, String text) {
        return rows(documents.select(named(documents, id), named(documents, text)), inference());
    }

    /**
     * The same beside what is there already: all columns of the documents, and behind them {@code column}, a struct of
     * the columns of {@link #score(Dataset, String, String)} without the id.
     */
    public Dataset<Row> addScores(Dataset<?> documents, String text, String column) {
        return beside(documents, text, column, inference());
    }

    /**
     * Vectors of every document: the output of the model's last block after the final norm, at the tokens of the text.
     * A row for each document, in the partitions and the order of the documents, which are given as for {@link #score}.
     *
     * <p>Columns: the id; {@code tokens}, long, of the text; {@code vector}, array of float, or for
     * {@link Pooling.Positions} {@code vectors}, an array of them, null for a token that the document does not have;
     * {@code error} as in {@link #score}. An empty text has no vector.
     */
    public Dataset<Row> embed(Dataset<Row> documents, String id, String text, Pooling pooling) {
        return rows(documents.select(named(documents, id), named(documents, text)), inference(pooling));
    }

    /** The same beside what is there already, as {@link #addScores} has it. */
    public Dataset<Row> addVectors(Dataset<?> documents, String text, String column, Pooling pooling) {
        return beside(documents, text, column, inference(pooling));
    }

    /** D, the length of a vector. */
    public int vectorLength() {
        return model.config().dModel();
    }

    /** A column whose name may have dots, or what Spark makes of it if there is none of that name. */
    private static Column named(Dataset<Row> documents, String name) {
        boolean there = List.of(documents.columns()).contains(name);
        return documents.col(there ? "`" + name.replace("`", "``") + "`" : name);
    }

    private <R extends Inference.Result> Dataset<Row> rows(Dataset<Row> documents, Inference<R> inference) {
        StructType type = new StructType().add(documents.schema().apply(0));
        SentModel sent = model;
        MapPartitionsFunction<Row, Row> rows =
                part -> sent.rows(new TextRows.DataFrameTexts(part, 1, row -> row.get(0)), inference);
        return documents.mapPartitions(rows, Encoders.row(behind(type, inference)));
    }

    private <R extends Inference.Result> Dataset<Row> beside(
            Dataset<?> documents, String text, String column, Inference<R> inference) {
        SentModel sent = model;
        return ResultColumns.add(documents, text, column, inference.columns(), texts -> sent.rows(texts, inference));
    }

    Embedder inference(Pooling pooling) {
        return new Embedder(windows, pooling);
    }

    Scorer inference() {
        return new Scorer(windows, detail);
    }

    /** The columns of rows whose documents are described by {@code leading}. */
    static StructType behind(StructType leading, Inference<?> inference) {
        StructType all = leading;
        for (var column : inference.columns().fields()) {
            all = all.add(column);
        }
        return all.add("error", DataTypes.StringType);
    }
}
