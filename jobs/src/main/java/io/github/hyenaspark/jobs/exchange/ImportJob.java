package io.github.hyenaspark.jobs.exchange;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.hyenaspark.checkpoint.Checkpoint;
import io.github.hyenaspark.checkpoint.CheckpointManifest;
import io.github.hyenaspark.checkpoint.CheckpointStore;
import io.github.hyenaspark.checkpoint.TrainingProgress;
import io.github.hyenaspark.config.Settings;
import io.github.hyenaspark.data.prepare.DataConfig;
import io.github.hyenaspark.data.token.Tokenizer;
import io.github.hyenaspark.exchange.SafariConfig;
import io.github.hyenaspark.exchange.SafariTensors;
import io.github.hyenaspark.io.CorruptFileException;
import io.github.hyenaspark.io.Hashes;
import io.github.hyenaspark.io.Json;
import io.github.hyenaspark.io.Refusal;
import io.github.hyenaspark.io.Safetensors;
import io.github.hyenaspark.io.Storage;
import io.github.hyenaspark.jobs.cli.Console;
import io.github.hyenaspark.jobs.cli.Job;
import io.github.hyenaspark.jobs.spark.run.RunTokenizer;
import io.github.hyenaspark.jobs.spark.session.SparkRuntime;
import io.github.hyenaspark.jobs.spark.task.MachineNumerics;
import io.github.hyenaspark.jobs.train.RunConfig;
import io.github.hyenaspark.model.HyenaLanguageModel;
import io.github.hyenaspark.model.ModelConfig;
import io.github.hyenaspark.model.ParameterEntry;
import io.github.hyenaspark.train.config.TrainConfig;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** From a model in safetensors files to the directory of a run at round 0. */
public final class ImportJob implements Job {
    private static final Logger LOG = LoggerFactory.getLogger(ImportJob.class);

    /** The architecture is that of the model; all other settings come from the command line. */
    @Override
    public List<String> derived(Settings settings) throws IOException {
        String uri = uri(settings, ExportJob.CONFIG);
        Storage storage = SparkRuntime.storage();
        Refusal.unless(storage.exists(uri), "import.input", "no " + uri, "a directory that has it beside its weights");
        return SafariConfig.settings(uri, config(storage, uri));
    }

    @Override
    public void run(Settings settings, Console console) throws IOException {
        RunConfig run = settings.bind("run", RunConfig.class);
        Refusal.unless(!run.dir().isBlank(), "run.dir", "nothing", "the directory of the new run");
        Storage storage = SparkRuntime.storage();
        Tokenizer tokenizer = tokenizer(settings, storage);
        Checkpoint checkpoint = checkpoint(settings, storage, tokenizer);
        String theta = Hashes.sha256(checkpoint.vector(Checkpoint.THETA));
        CheckpointStore store = CheckpointStore.open(storage, run.dir());
        Optional<Checkpoint> there = store.newestValid();
        if (there.isEmpty()) {
            storage.write(RunTokenizer.uri(run.dir()), out -> out.write(tokenizer.file()));
            store.beginEpoch();
            store.resumesFrom(Optional.empty());
            store.save(checkpoint, 1);
        } else if (isSame(there.get(), checkpoint)) {
            LOG.info("nothing to do: {} starts with this model already", run.dir());
        } else {
            throw new IllegalArgumentException(
                    "run.dir: " + run.dir() + " has checkpoints already, the newest of round "
                            + there.get().round() + "; choose the directory of a new run");
        }
        CheckpointManifest manifest = store.manifests().get(0);
        console.result(Json.object()
                .put("run", run.dir())
                .put("round", manifest.facts().round())
                .put("parameters", manifest.parameters())
                .put("theta_sha256", theta)
                .put("checkpoint", Storage.resolve(run.dir(), manifest.path())));
    }

    private static boolean isSame(Checkpoint there, Checkpoint imported) {
        return there.isImported()
                && there.tokenizer().equals(imported.tokenizer())
                && Arrays.equals(there.vector(Checkpoint.THETA), imported.vector(Checkpoint.THETA));
    }

    private static Checkpoint checkpoint(Settings settings, Storage storage, Tokenizer tokenizer) throws IOException {
        String uri = uri(settings, ExportJob.CONFIG);
        ModelConfig model = settings.bind("model", ModelConfig.class);
        int vocabularySize = SafariConfig.vocabularySize(uri, config(storage, uri));
        if (model.paddedVocabulary(vocabularySize) != model.paddedVocabulary(tokenizer.vocabularySize())) {
            throw new IllegalArgumentException("data.tokenizer: found " + tokenizer.name() + " with "
                    + tokenizer.vocabularySize() + " ids, expected the tokenizer of the " + vocabularySize
                    + " ids of " + uri + "; set data.tokenizer, or add the model's tokenizer.json to the directory");
        }
        List<ParameterEntry> table = HyenaLanguageModel.tableOf(model, vocabularySize);
        return new Checkpoint(
                0,
                0,
                settings.render(),
                "",
                "",
                tokenizer.fingerprint(),
                tokenizer.vocabularySize(),
                Map.of(Checkpoint.THETA, theta(settings, storage, model, table)),
                table,
                Map.of(),
                MachineNumerics.of(settings.bind("train", TrainConfig.class).threads()),
                0,
                TrainingProgress.NONE,
                List.of());
    }

    private static float[] theta(Settings settings, Storage storage, ModelConfig model, List<ParameterEntry> table)
            throws IOException {
        String uri = uri(settings, ExportJob.Format.SAFETENSORS.file());
        Safetensors.Contents contents;
        try (InputStream in = storage.open(uri)) {
            contents = Safetensors.read(uri, in, storage.length(uri));
        }
        return SafariTensors.of(model, table).read(uri, contents.tensors());
    }

    /** The tokenizer beside the model, else that of the settings. */
    private static Tokenizer tokenizer(Settings settings, Storage storage) throws IOException {
        String folder = folder(settings);
        return storage.exists(RunTokenizer.uri(folder))
                ? RunTokenizer.read(storage, folder)
                : Tokenizer.open(
                        storage, settings.bind("data", DataConfig.class).tokenizer());
    }

    private static JsonNode config(Storage storage, String uri) throws IOException {
        JsonNode config = Json.parse(uri, storage.read(uri));
        if (!config.isObject()) {
            throw new CorruptFileException(uri, "an object", config.getNodeType() + "");
        }
        return config;
    }

    private static String uri(Settings settings, String file) {
        return Storage.resolve(folder(settings), file);
    }

    private static String folder(Settings settings) {
        String folder = settings.bind("import", Config.class).input();
        String expected = "a directory with model.safetensors and config.json";
        Refusal.unless(!folder.isBlank(), "import.input", "nothing", expected);
        return folder;
    }

    /** The section {@code import}; {@code reference.conf} describes its keys. */
    record Config(String input) {}
}
