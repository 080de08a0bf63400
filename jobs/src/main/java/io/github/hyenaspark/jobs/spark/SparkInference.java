package io.github.hyenaspark.jobs.spark;

import io.github.hyenaspark.data.prepare.DataConfig;
import io.github.hyenaspark.data.prepare.unit.WorkUnit;
import io.github.hyenaspark.io.Storage;
import io.github.hyenaspark.jobs.report.progress.Progress;
import io.github.hyenaspark.jobs.spark.run.TrainedRun;
import io.github.hyenaspark.jobs.spark.task.ExecutorState;
import io.github.hyenaspark.jobs.spark.task.TaskWatch;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SaveMode;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.functions;
import org.apache.spark.sql.types.StructType;

/** Runs a model over the documents of files, into Parquet. */
public final class SparkInference {
    private static final String UNFINISHED = "/_temporary/";

    private final SparkSession session;
    private final Progress progress;

    public SparkInference(SparkSession session, Progress progress) {
        this.session = session;
        this.progress = progress;
    }

    /**
     * Totals over all documents.
     *
     * @param documents rows, those with an error among them
     * @param failed rows with an error
     * @param tokens that have a result
     * @param nats sum of their losses; 0 where there are none
     * @param bytes of the texts of these losses; 0 where there are none
     */
    public record Totals(long documents, long failed, long tokens, double nats, long bytes) {}

    /**
     * Options of {@code score}.
     *
     * @param overlap inputs that a sequence shares with the one before; negative for half of the longest sequence
     * @param perToken whether each token's loss is a result, too
     * @param output URI of the directory of Parquet files
     */
    public record ScorePlan(int overlap, boolean perToken, String output) {}

    /**
     * Options of {@code embed}.
     *
     * @param overlap inputs that a sequence shares with the one before; negative for half of the longest sequence
     * @param pooling which vectors are the result
     * @param output URI of the directory of Parquet files
     */
    public record EmbedPlan(int overlap, Pooling pooling, String output) {}

    /**
     * Refuses an output that holds anything but what a run that did not finish has left.
     *
     * @throws IllegalArgumentException if it does
     */
    public static void checkOutput(Storage storage, String key, String output) throws IOException {
        if (output.isBlank()) {
            throw new IllegalArgumentException(key + ": found nothing, expected a directory");
        }
        boolean used = storage.everythingBelow(output).stream()
                .anyMatch(file -> !file.uri().contains(UNFINISHED));
        if (used) {
            throw new IllegalArgumentException(
                    key + ": there are files in " + output + " already; choose another directory, or delete it");
        }
    }

    /**
     * Scores files.
     *
     * @param config with absolute places
     * @param units the files
     */
    public Totals score(TrainedRun run, DataConfig config, List<WorkUnit> units, ScorePlan plan) {
        SentModel model = SentModel.of(context(), run);
        Scoring scoring = scoring(model, plan.overlap());
        Scorer inference = (plan.perToken() ? scoring.perToken() : scoring).inference();
        describe("score " + units.size() + " units of " + config.input());
        Row sums = write(model, inference, config, units, plan.output())
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

    /**
     * Embeds files.
     *
     * @param config with absolute places
     * @param units the files
     */
    public Totals embed(TrainedRun run, DataConfig config, List<WorkUnit> units, EmbedPlan plan) {
        SentModel model = SentModel.of(context(), run);
        Embedder inference = scoring(model, plan.overlap()).inference(plan.pooling());
        describe("embed " + units.size() + " units of " + config.input());
        Row sums = write(model, inference, config, units, plan.output())
                .agg(functions.count("*"), functions.count("error"), functions.sum("tokens"))
                .first();
        return new Totals(sums.getLong(0), sums.getLong(1), sums.isNullAt(2) ? 0 : sums.getLong(2), 0, 0);
    }

    private static Scoring scoring(SentModel model, int overlap) {
        return overlap < 0 ? Scoring.of(model) : Scoring.of(model).overlap(overlap);
    }

    /** Writes the rows of files and reads them again. */
    private <R extends Inference.Result> Dataset<Row> write(
            SentModel model, Inference<R> inference, DataConfig config, List<WorkUnit> units, String output) {
        JavaRDD<Row> rows = context()
                .parallelize(new ArrayList<>(units), units.size())
                .mapPartitions(part ->
                        model.rows(new FileTexts(ExecutorState.ofThisProcess().storage(), config, part), inference));
        StructType columns = Scoring.behind(FileTexts.columns(), inference);
        Dataset<Row> results = session.createDataFrame(rows, columns);
        // a task is a unit
        TaskWatch.during(
                context(),
                progress,
                () -> results.write().mode(SaveMode.Overwrite).parquet(output));
        describe("add up the results");
        // with its schema: to find that out Spark would send types that no registrator of its own knows
        return session.read().schema(columns).parquet(output);
    }

    private JavaSparkContext context() {
        return JavaSparkContext.fromSparkContext(session.sparkContext());
    }

    private void describe(String description) {
        context().setJobDescription(description);
        context().setCallSite(description);
    }
}
