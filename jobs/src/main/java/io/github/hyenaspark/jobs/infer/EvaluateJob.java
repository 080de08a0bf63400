package io.github.hyenaspark.jobs.infer;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.hyenaspark.config.Settings;
import io.github.hyenaspark.data.prepare.DataConfig;
import io.github.hyenaspark.data.shard.Split;
import io.github.hyenaspark.data.shard.snapshot.DatasetSnapshot;
import io.github.hyenaspark.data.token.Tokenizer;
import io.github.hyenaspark.io.CorruptFileException;
import io.github.hyenaspark.io.Hashes;
import io.github.hyenaspark.io.Json;
import io.github.hyenaspark.io.Refusal;
import io.github.hyenaspark.io.Storage;
import io.github.hyenaspark.jobs.cli.Console;
import io.github.hyenaspark.jobs.report.page.EvaluationPage;
import io.github.hyenaspark.jobs.report.page.PageFile;
import io.github.hyenaspark.jobs.report.progress.Progress;
import io.github.hyenaspark.jobs.spark.SparkInference;
import io.github.hyenaspark.jobs.spark.evaluation.DocumentLosses;
import io.github.hyenaspark.jobs.spark.evaluation.EvaluationTask;
import io.github.hyenaspark.jobs.spark.evaluation.SparkEvaluation;
import io.github.hyenaspark.jobs.spark.run.TrainedRun;
import io.github.hyenaspark.jobs.spark.session.SparkRuntime;
import io.github.hyenaspark.jobs.spark.task.MemoryNeeds;
import io.github.hyenaspark.jobs.train.RunConfig;
import io.github.hyenaspark.model.LossSum;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;

/** From a checkpoint and a split of a dataset to the loss: of all documents, of each document, and by position. */
public final class EvaluateJob {
    private static final int HASH_DIGITS = 12; // of its SHA-256, in names

    private final long begin = System.nanoTime();
    private final Config config;
    private final RunConfig run;
    private final Console console;
    private final Storage storage = SparkRuntime.storage();
    private final TrainedRun trained;
    private final String dataset;
    private final DatasetSnapshot snapshot;

    private EvaluateJob(Settings settings, Console console) throws IOException {
        this.console = console;
        config = settings.bind("evaluate", Config.class);
        run = settings.bind("run", RunConfig.class);
        trained = TrainedRun.open(storage, run.dir(), run.checkpoint());
        DataConfig data = settings.bind("data", DataConfig.class).qualified(storage);
        boolean trainedOn = data.dataset().isBlank();
        Refusal.unless(
                !trainedOn || !trained.snapshot().isEmpty(),
                "data.dataset",
                "nothing, and " + run.dir() + " was imported and not trained on a dataset",
                "one to measure on; set data.dataset");
        dataset = trainedOn ? trained.snapshot().replaceFirst("/[^/]*/[^/]*$", "") : data.dataset();
        snapshot = trainedOn && data.snapshot().isBlank()
                ? trainingSnapshot()
                : DatasetSnapshot.numbered(storage, dataset, data.snapshot());
        refuseOtherTokenizer();
    }

    /** Measures the snapshot that is set, or the run's own; refuses a missing or damaged one, or another tokenizer. */
    public static void run(Settings settings, Console console) throws IOException {
        new EvaluateJob(settings, console).run();
    }

    private DatasetSnapshot trainingSnapshot() throws IOException {
        String uri = trained.snapshot();
        if (!storage.exists(uri)) {
            throw new IllegalArgumentException("data.dataset: the run was trained on " + uri
                    + ", which does not exist; set data.dataset to where the dataset is now");
        }
        byte[] bytes = storage.read(uri);
        String found = Hashes.sha256(bytes);
        if (!found.equals(trained.snapshotSha256())) {
            throw new CorruptFileException(
                    uri,
                    "the snapshot that the run was trained on, with SHA-256 " + trained.snapshotSha256(),
                    "SHA-256 " + found,
                    "name a dataset to measure on with data.dataset");
        }
        return DatasetSnapshot.fromJson(uri, bytes);
    }

    private void refuseOtherTokenizer() {
        String found = snapshot.vocabulary().fingerprint();
        Tokenizer expected = trained.tokenizer();
        if (!found.equals(expected.fingerprint())) {
            throw new IllegalArgumentException("data.dataset: " + dataset + " has the tokenizer "
                    + snapshot.vocabulary().tokenizer() + " (" + found + "), expected that of the run, "
                    + expected.name() + " (" + expected.fingerprint() + "); prepare the documents with that one");
        }
    }

    private void run() throws IOException {
        DatasetSnapshot.Ref source = DatasetSnapshot.Ref.of(snapshot, dataset);
        int threads = SparkRuntime.threadsAtMost(trained.train().threads());
        EvaluationTask.Plan plan =
                EvaluationTask.Plan.of(trained, source, config.split(), config.maxDocuments(), threads);
        int chunks = SparkEvaluation.chunks(storage, plan);
        int here = MemoryNeeds.tasksHere(threads);
        SparkInference.memory("evaluate", trained).refuseUnlessTheyFit(Math.min(here, chunks));
        String name = name(config, run.checkpoint(), trained.round(), source.sha256(), trained.snapshotSha256());
        if (!config.output().isBlank()) { // results of other runs may be there
            name += "-run-" + Hashes.sha256(storage.qualify(run.dir())).substring(0, HASH_DIGITS);
        }
        String documents = output(name + ".jsonl");
        Path lines = Files.createTempFile("hyena-evaluate-", ".jsonl"); // a write that is repeated only copies
        ObjectNode result;
        try {
            result = result(evaluate(plan, chunks, threads, lines));
            storage.replace(documents, out -> Files.copy(lines, out));
        } finally {
            Files.delete(lines);
        }
        String page = output(name + ".html");
        result.put("by_document", documents).put("page", page);
        PageFile.replace(storage, page, () -> EvaluationPage.html(result));
        console.result(result.put("seconds", (System.nanoTime() - begin) / 1e9));
    }

    private SparkEvaluation.Evaluation evaluate(EvaluationTask.Plan plan, int chunks, int threads, Path lines)
            throws IOException {
        var work = new Progress.Task("evaluate", "chunks", 0, chunks);
        try (SparkRuntime runtime = SparkRuntime.start("hyena evaluate " + run.dir(), threads);
                Progress progress = Progress.open(run.progress(), work, console.messages());
                var out = new BufferedOutputStream(Files.newOutputStream(lines))) {
            return new SparkEvaluation(runtime.context(), storage, progress)
                    .run(plan, trained.theta(), document -> write(out, document));
        }
    }

    private String output(String file) {
        String directory = config.output().isBlank() ? Storage.resolve(run.dir(), "evaluation") : config.output();
        return Storage.resolve(directory, file);
    }

    /**
     * Of the files of an evaluation. Those of the mean of checkpoints, which has the round of the newest, of some of
     * the documents, and of another snapshot than that of the training have names of their own.
     */
    static String name(Config config, String checkpoint, long round, String measured, String trainedOn) {
        String mean = checkpoint.equals(TrainedRun.AVERAGE) ? "-average" : "";
        String some = config.maxDocuments() > 0 ? "-first-" + config.maxDocuments() : "";
        String other = measured.equals(trainedOn) ? "" : "-of-" + measured.substring(0, HASH_DIGITS);
        return String.format(Locale.ROOT, "%s-%012d", config.split().folder(), round) + mean + some + other;
    }

    private static void write(OutputStream out, DocumentLosses.DocumentLoss document) throws IOException {
        ObjectNode json = Json.object()
                .put("id", document.id())
                .put("path", document.path())
                .put("position", document.position())
                .put("bytes", document.bytes())
                .put("tokens", document.loss().tokens())
                .put("nats", document.loss().nats());
        putLoss(json, document.loss(), document.bytes());
        document.lastTokenLikeliest().ifPresent(likeliest -> json.put("last_token_right", likeliest));
        out.write((Json.line(json) + "\n").getBytes(StandardCharsets.UTF_8));
    }

    private ObjectNode result(SparkEvaluation.Evaluation evaluation) {
        LossSum total = evaluation.all().total();
        ObjectNode json = Json.object()
                .put("run", run.dir())
                .put("round", trained.round())
                .put("checkpoint", run.checkpoint())
                .put("parameters", trained.theta().length)
                .put("snapshot", snapshot.uri(dataset))
                .put("split", config.split().folder())
                .put("documents", evaluation.documents())
                .put("bytes", evaluation.bytes())
                .put("tokens", total.tokens())
                .put("nats", total.nats());
        putLoss(json, total, evaluation.bytes());
        if (snapshot.vocabulary().tokenizer().equals("dna")) {
            json.set("bits_per_base", json.get("bits_per_token"));
        }
        if (evaluation.lastTokens() > 0) {
            json.put("last_token_accuracy", (double) evaluation.lastTokensLikeliest() / evaluation.lastTokens());
        }
        json.put("length", trained.model().lMax());
        json.set("by_position", byPosition(evaluation.all(), evaluation.full()));
        return json;
    }

    /** {@code full_loss} is that of sequences without padding: the same sequences at every position. */
    private ArrayNode byPosition(LossSum.ByPosition all, LossSum.ByPosition full) {
        ArrayNode classes = Json.array();
        for (int at = 0; at < all.classes().size(); at++) {
            LossSum sum = all.classes().get(at);
            LossSum ofFull = at < full.classes().size() ? full.classes().get(at) : LossSum.ZERO;
            int to = Math.min(LossSum.ByPosition.begin(at + 1), trained.model().lMax());
            ObjectNode json = classes.addObject()
                    .put("from", LossSum.ByPosition.begin(at))
                    .put("to", to)
                    .put("tokens", sum.tokens());
            Json.putFinite(json, "loss", sum.mean());
            json.put("full_tokens", ofFull.tokens());
            Json.putFinite(json, "full_loss", ofFull.mean());
        }
        return classes;
    }

    /** Adds the loss in the units people compare models by, for so many bytes of text; null without tokens. */
    static void putLoss(ObjectNode json, LossSum loss, long bytes) {
        Json.putFinite(json, "loss", loss.mean());
        Json.putFinite(json, "perplexity", StrictMath.exp(loss.mean()));
        Json.putFinite(json, "bits_per_token", loss.mean() / StrictMath.log(2));
        Json.putFinite(json, "bits_per_byte", loss.bitsPerByte(bytes));
    }

    /** The section {@code evaluate}; {@code reference.conf} describes its keys. */
    record Config(Split split, long maxDocuments, String output) {
        Config {
            Refusal.unless(maxDocuments >= 0, "evaluate.max-documents", maxDocuments, "at least 1, or 0 for all");
        }
    }
}
