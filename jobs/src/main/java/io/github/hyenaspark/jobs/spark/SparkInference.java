package io.github.hyenaspark.jobs.spark;

import io.github.hyenaspark.bench.StepMemory;
import io.github.hyenaspark.data.prepare.DataConfig;
import io.github.hyenaspark.data.prepare.unit.WorkUnit;
import io.github.hyenaspark.io.Refusal;
import io.github.hyenaspark.jobs.report.progress.Progress;
import io.github.hyenaspark.jobs.spark.run.TrainedRun;
import io.github.hyenaspark.jobs.spark.task.DriverState;
import io.github.hyenaspark.jobs.spark.task.ExecutorState;
import io.github.hyenaspark.jobs.spark.task.MemoryNeeds;
import io.github.hyenaspark.jobs.spark.task.TaskWatch;
import io.github.hyenaspark.model.ModelConfig;
import io.github.hyenaspark.train.config.TrainConfig;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.apache.spark.TaskContext;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.api.java.function.FlatMapFunction;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SaveMode;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.functions;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructField;
import org.apache.spark.sql.types.StructType;

/** Runs a model over the documents of files, into Parquet. */
public final class SparkInference {
    private final SparkSession session;
    private final Progress progress;

    public SparkInference(SparkSession session, Progress progress) {
        this.session = session;
        this.progress = progress;
    }

    /**
     * Totals: rows, those with an error, tokens that have a result, the sum of their losses in nats, and the bytes of
     * their texts; the last two are 0 without losses.
     */
    public record Totals(long documents, long failed, long tokens, double nats, long bytes) {}

    /**
     * Documents of files, by settings with absolute places, and the URI of the Parquet files for their results.
     * Sequences share {@code overlap} inputs with the one before; if negative, half of the longest sequence.
     */
    public record Plan(TrainedRun run, DataConfig config, List<WorkUnit> units, int overlap, String output) {}

    /** What a model takes in memory, counted by its arrays: θ, as it is sent, and in the network of each task. */
    public static MemoryNeeds memory(String command, TrainedRun run) {
        return memory(command, run.model(), run.vocabularySize(), run.train(), run.theta().length);
    }

    /** The same of a model with V ids before padding, if so many parameters are sent. */
    public static MemoryNeeds memory(
            String command, ModelConfig model, int vocabularySize, TrainConfig train, long parameters) {
        StepMemory step = StepMemory.ofForward(model, vocabularySize, train);
        long sent = 2 * parameters * Float.BYTES; // as an array, and in the blocks in which it travels
        return new MemoryNeeds(command, sent, sent, step.heap(), 0, step.offHeap(), MemoryNeeds.FEWER_TASKS);
    }

    /** Scores files; each token's loss is a result, too, if it is wanted. */
    public Totals score(Plan plan, boolean perToken) {
        SentModel model = model("score", plan);
        Scoring scoring = scoring(model, plan.overlap());
        Row sums = write(model, (perToken ? scoring.perToken() : scoring).inference(), plan)
                .agg(
                        functions.count("*"),
                        functions.count("error"),
                        functions.sum("tokens"),
                        functions.sum("nats"),
                        functions.sum("bytes"))
                .first();
        return new Totals(
                sums.getLong(0),
                sums.getLong(1),
                sums.isNullAt(2) ? 0 : sums.getLong(2),
                sums.isNullAt(3) ? 0 : sums.getDouble(3),
                sums.isNullAt(4) ? 0 : sums.getLong(4));
    }

    public Totals embed(Plan plan, Pooling pooling) {
        SentModel model = model("embed", plan);
        Embedder inference = scoring(model, plan.overlap()).inference(pooling);
        Row sums = write(model, inference, plan)
                .agg(functions.count("*"), functions.count("error"), functions.sum("tokens"))
                .first();
        return new Totals(sums.getLong(0), sums.getLong(1), sums.isNullAt(2) ? 0 : sums.getLong(2), 0, 0);
    }

    /** Predicts something of the documents of units, into Parquet; returns how many there are, and how many failed. */
    public Totals predict(Predictor predictor, DataConfig config, List<WorkUnit> units, String output) {
        TaskWatch.describe(context(), "predict " + units.size() + " units of " + config.input());
        StructType columns = TextRows.FileTexts.columns(config.source().columns());
        for (StructField column : predictor.columns().fields()) {
            columns = columns.add(column);
        }
        columns = columns.add("error", DataTypes.StringType);
        FlatMapFunction<Iterator<WorkUnit>, Row> rows = part -> new Predictor.Rows(
                closedAtTheEnd(
                        new TextRows.FileTexts(ExecutorState.ofThisProcess().storage(), config, part)),
                predictor);
        Row sums = write(units, rows, columns, output)
                .agg(functions.count("*"), functions.count("error"))
                .first();
        return new Totals(sums.getLong(0), sums.getLong(1), 0, 0, 0);
    }

    private static TextRows closedAtTheEnd(TextRows texts) {
        TaskContext.get().addTaskCompletionListener(context -> {
            SentModel.close(texts);
        });
        return texts;
    }

    private SentModel model(String job, Plan plan) {
        TaskWatch.describe(
                context(),
                job + " " + plan.units().size() + " units of " + plan.config().input());
        return SentModel.of(context(), plan.run());
    }

    private static Scoring scoring(SentModel model, int overlap) {
        return overlap < 0 ? Scoring.of(model) : Scoring.of(model).overlap(overlap);
    }

    private <R extends Inference.Result> Dataset<Row> write(SentModel model, Inference<R> inference, Plan plan) {
        DataConfig config = plan.config();
        FlatMapFunction<Iterator<WorkUnit>, Row> rows = part ->
                model.rows(new TextRows.FileTexts(ExecutorState.ofThisProcess().storage(), config, part), inference);
        return write(plan.units(), rows, columns(config, inference), plan.output());
    }

    /** Appends the rows of units, each in a task of its own, to Parquet; returns all that is there. */
    private Dataset<Row> write(
            List<WorkUnit> units, FlatMapFunction<Iterator<WorkUnit>, Row> rows, StructType columns, String output) {
        Dataset<Row> results = session.createDataFrame(
                context().parallelize(new ArrayList<>(units), units.size()).mapPartitions(rows), columns);
        TaskWatch.during(
                context(), progress, () -> results.write().mode(SaveMode.Append).parquet(output));
        DriverState.ofThisProcess().set(DriverState.UNITS_DONE, units.size());
        TaskWatch.describe(context(), "add up the results");
        // with its schema: to find that out Spark would send types that no registrator of its own knows
        return session.read().schema(columns).parquet(output);
    }

    /** The documents with the most bits per byte, most first, of what was scored before; each as a line of JSON. */
    public List<String> oddest(Plan plan, int count) {
        TaskWatch.describe(context(), "find the oddest documents");
        return session.read()
                .schema(columns(plan.config(), new Scorer(new SequenceBatcher.Windows(1, 0), Scorer.Detail.DOCUMENTS)))
                .parquet(plan.output())
                .filter("bits_per_byte is not null")
                .orderBy(functions.desc("bits_per_byte"), functions.asc("path"), functions.asc("position"))
                .limit(count)
                .toJSON()
                .collectAsList();
    }

    private static StructType columns(DataConfig config, Inference<?> inference) {
        return Scoring.behind(TextRows.FileTexts.columns(config.source().columns()), inference);
    }

    /** Refuses columns of the input that have the name of one that a command adds, or of one another. */
    public static void checkColumns(DataConfig config) {
        checkColumns(
                config,
                List.of("tokens", "nats", "loss", "bytes", "bits_per_byte", "token_losses", "vector", "vectors"));
    }

    /** The same for a command that adds others. */
    public static void checkColumns(DataConfig config, List<String> added) {
        List<String> own = new ArrayList<>(List.of("id", "path", "position", "error"));
        own.addAll(added);
        Set<String> names = new HashSet<>();
        for (String column : config.source().columns()) {
            String name = column.toLowerCase(Locale.ROOT);
            boolean free = !own.contains(name);
            Refusal.unless(free, "data.source.columns", column, "other names than those of the results, " + own);
            boolean first = names.add(name);
            Refusal.unless(first, "data.source.columns", column, "names that differ by more than their case");
        }
    }

    private JavaSparkContext context() {
        return JavaSparkContext.fromSparkContext(session.sparkContext());
    }
}
