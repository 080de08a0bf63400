package io.github.hyenaspark.jobs.infer;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.hyenaspark.config.Settings;
import io.github.hyenaspark.data.prepare.DataConfig;
import io.github.hyenaspark.data.shard.Split;
import io.github.hyenaspark.data.shard.snapshot.DatasetSnapshot;
import io.github.hyenaspark.io.CorruptFileException;
import io.github.hyenaspark.io.Hashes;
import io.github.hyenaspark.io.Json;
import io.github.hyenaspark.io.Storage;
import io.github.hyenaspark.jobs.cli.Console;
import io.github.hyenaspark.jobs.report.page.EvaluationPage;
import io.github.hyenaspark.jobs.report.progress.Progress;
import io.github.hyenaspark.jobs.report.progress.ProgressTask;
import io.github.hyenaspark.jobs.spark.evaluation.DocumentLosses;
import io.github.hyenaspark.jobs.spark.evaluation.EvaluationTask;
import io.github.hyenaspark.jobs.spark.evaluation.SparkEvaluation;
import io.github.hyenaspark.jobs.spark.run.TrainedRun;
import io.github.hyenaspark.jobs.spark.session.SparkRuntime;
import io.github.hyenaspark.jobs.train.RunConfig;
import io.github.hyenaspark.model.LossByPosition;
import io.github.hyenaspark.model.LossSum;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Locale;

/** From a checkpoint and a split of a dataset to the loss: of all documents, of each one, and by position. */
public final class EvaluateJob {
    private static final String DNA = "dna";

    private final Config config;
    private final RunConfig run;
    private final Console console;
    private final Storage storage;
    private final TrainedRun trained;
    private final RunDataset data;
    private final long begin = System.nanoTime();

    private EvaluateJob(Config config, RunConfig run, Console console, TrainedRun trained, RunDataset data)
            throws IOException {
        this.config = config;
        this.run = run;
        this.console = console;
        this.storage = SparkRuntime.storage();
        this.trained = trained;
        this.data = data;
    }

    public static void run(Settings settings, Console console) throws IOException {
        Config config = settings.bind("evaluate", Config.class);
        RunConfig run = settings.bind("run", RunConfig.class);
        Storage storage = SparkRuntime.storage();
        TrainedRun trained = TrainedRun.open(storage, run.dir());
        DataConfig data = settings.bind("data", DataConfig.class).qualified(storage);
        new EvaluateJob(config, run, console, trained, RunDataset.find(storage, trained, data)).run();
    }

    private void run() throws IOException {
        EvaluationTask.Plan plan = EvaluationTask.Plan.of(
                trained, data.snapshot(), data.directory(), config.split(), config.maxDocuments());
        int chunks = SparkEvaluation.chunks(storage, plan);
        String documents = output(".jsonl");
        storage.delete(documents);
        var evaluation = new SparkEvaluation.Evaluation[1];
        try (SparkRuntime runtime = SparkRuntime.start(
                        "hyena evaluate " + run.dir(), trained.train().threads());
                Progress progress = Progress.open(
                        run.progress(), new ProgressTask("evaluate", "chunks", 0, chunks), console.messages())) {
            var spark = new SparkEvaluation(runtime.context(), storage, progress);
            storage.write(
                    documents,
                    out -> evaluation[0] = spark.run(plan, trained.theta(), document -> write(out, document)));
        }
        ObjectNode result = result(evaluation[0]).put("by_document", documents).put("page", output(".html"));
        storage.replace(output(".html"), EvaluationPage.html(result));
        console.result(result.put("seconds", (System.nanoTime() - begin) / 1e9));
    }

    private String output(String ending) {
        String directory = config.output().isBlank() ? Storage.resolve(run.dir(), "evaluation") : config.output();
        String name = String.format(Locale.ROOT, "%s-%012d%s", config.split().folder(), trained.round(), ending);
        return Storage.resolve(directory, name);
    }

    private static void write(OutputStream out, DocumentLosses.DocumentLoss document) throws IOException {
        ObjectNode json = Json.object()
                .put("id", document.id())
                .put("path", document.path())
                .put("position", document.position())
                .put("bytes", document.bytes())
                .put("tokens", document.loss().tokens())
                .put("nats", document.loss().nats());
        LossFigures.put(json, document.loss(), document.bytes());
        document.lastTokenLikeliest().ifPresent(likeliest -> json.put("last_token_right", likeliest));
        out.write((Json.line(json) + "\n").getBytes(StandardCharsets.UTF_8));
    }

    private ObjectNode result(SparkEvaluation.Evaluation evaluation) {
        LossSum total = evaluation.all().total();
        DatasetSnapshot snapshot = data.snapshot();
        ObjectNode json = Json.object()
                .put("run", run.dir())
                .put("round", trained.round())
                .put("snapshot", snapshot.uri(data.directory()))
                .put("split", config.split().folder())
                .put("documents", evaluation.documents())
                .put("bytes", evaluation.bytes())
                .put("tokens", total.tokens())
                .put("nats", total.nats());
        LossFigures.put(json, total, evaluation.bytes());
        if (snapshot.vocabulary().tokenizer().equals(DNA)) {
            json.set("bits_per_base", json.get("bits_per_token"));
        }
        if (evaluation.lastTokens() > 0) {
            json.put("last_token_accuracy", (double) evaluation.lastTokensLikeliest() / evaluation.lastTokens());
        }
        json.put("length", trained.model().lMax());
        json.set("by_position", byPosition(evaluation.all(), evaluation.full()));
        return json;
    }

    /** The classes of places; {@code full_loss} is that of sequences without padding, the same ones at every place. */
    private ArrayNode byPosition(LossByPosition all, LossByPosition full) {
        ArrayNode classes = Json.array();
        for (int at = 0; at < all.classes().size(); at++) {
            LossSum sum = all.classes().get(at);
            LossSum ofFull = at < full.classes().size() ? full.classes().get(at) : LossSum.ZERO;
            ObjectNode json = classes.addObject()
                    .put("from", LossByPosition.begin(at))
                    .put(
                            "to",
                            Math.min(
                                    LossByPosition.begin(at + 1),
                                    trained.model().lMax()))
                    .put("tokens", sum.tokens());
            LossFigures.put(json, "loss", sum.mean());
            json.put("full_tokens", ofFull.tokens());
            LossFigures.put(json, "full_loss", ofFull.mean());
        }
        return classes;
    }

    /**
     * The section {@code evaluate}.
     *
     * @param split the documents to measure
     * @param maxDocuments at most so many, spread evenly over the split; 0 for all
     * @param output directory of the results; empty for {@code evaluation} in the run's directory
     */
    record Config(Split split, long maxDocuments, String output) {
        Config {
            if (maxDocuments < 0) {
                throw new IllegalArgumentException(
                        "evaluate.max-documents: found " + maxDocuments + ", expected at least 1, or 0 for all");
            }
        }
    }

    /**
     * The data that a trained model is measured on.
     *
     * @param directory of the dataset
     * @param snapshot of it
     */
    record RunDataset(String directory, DatasetSnapshot snapshot) {
        /**
         * The snapshot that the settings name; where they name no dataset, the one that the run was trained on.
         *
         * @throws IllegalArgumentException if it is not there, or of another tokenizer
         * @throws CorruptFileException if it is damaged
         */
        static RunDataset find(Storage storage, TrainedRun run, DataConfig data) throws IOException {
            String directory =
                    data.dataset().isBlank() ? run.snapshot().replaceFirst("/[^/]*/[^/]*$", "") : data.dataset();
            boolean asTrained = data.dataset().isBlank() && data.snapshot().isBlank();
            DatasetSnapshot snapshot =
                    asTrained ? trainedOn(storage, run) : DatasetSnapshot.numbered(storage, directory, data.snapshot());
            String found = snapshot.vocabulary().fingerprint();
            if (!found.equals(run.tokenizer().fingerprint())) {
                throw new IllegalArgumentException("data.dataset: " + directory + " has the tokenizer "
                        + snapshot.vocabulary().tokenizer() + " (" + found + "), expected that of the run, "
                        + run.tokenizer().name() + " (" + run.tokenizer().fingerprint()
                        + "); prepare the documents with that one");
            }
            return new RunDataset(directory, snapshot);
        }

        private static DatasetSnapshot trainedOn(Storage storage, TrainedRun run) throws IOException {
            if (!storage.exists(run.snapshot())) {
                throw new IllegalArgumentException(
                        "data.dataset: " + run.snapshot()
                                + ", which the run was trained on, is not there; say with data.dataset where the dataset is now");
            }
            byte[] bytes = storage.read(run.snapshot());
            String found = Hashes.sha256(bytes);
            if (!found.equals(run.snapshotSha256())) {
                throw new CorruptFileException(
                        run.snapshot(),
                        "the snapshot that the run was trained on, with SHA-256 " + run.snapshotSha256(),
                        "SHA-256 " + found,
                        "name a dataset to measure on with data.dataset");
            }
            return DatasetSnapshot.fromJson(run.snapshot(), bytes);
        }
    }
}
