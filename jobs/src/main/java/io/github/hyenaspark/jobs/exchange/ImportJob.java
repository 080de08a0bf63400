package io.github.hyenaspark.jobs.exchange;

import io.github.hyenaspark.checkpoint.Checkpoint;
import io.github.hyenaspark.checkpoint.CheckpointManifest;
import io.github.hyenaspark.checkpoint.CheckpointStore;
import io.github.hyenaspark.checkpoint.TrainingProgress;
import io.github.hyenaspark.config.Settings;
import io.github.hyenaspark.data.prepare.DataConfig;
import io.github.hyenaspark.data.token.Tokenizer;
import io.github.hyenaspark.io.Hashes;
import io.github.hyenaspark.io.Json;
import io.github.hyenaspark.io.Refusal;
import io.github.hyenaspark.io.Storage;
import io.github.hyenaspark.jobs.cli.Console;
import io.github.hyenaspark.jobs.cli.JobCommand.Job;
import io.github.hyenaspark.jobs.spark.run.DirectoryKind;
import io.github.hyenaspark.jobs.spark.run.ExportedModel;
import io.github.hyenaspark.jobs.spark.run.ResumeCompatibility;
import io.github.hyenaspark.jobs.spark.run.RunTokenizer;
import io.github.hyenaspark.jobs.spark.session.SparkRuntime;
import io.github.hyenaspark.jobs.spark.task.MachineNumerics;
import io.github.hyenaspark.jobs.train.RunConfig;
import io.github.hyenaspark.model.ModelConfig;
import io.github.hyenaspark.model.ParameterEntry;
import io.github.hyenaspark.train.config.TrainConfig;
import java.io.IOException;
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
    public Derived derived(Settings settings) throws IOException {
        return Derived.defaults(model(settings, SparkRuntime.storage()).settings("import.input"));
    }

    @Override
    public void run(Settings settings, Console console) throws IOException {
        RunConfig run = settings.bind("run", RunConfig.class);
        Refusal.unless(!run.dir().isBlank(), "run.dir", "nothing", "the directory of the new run");
        Storage storage = SparkRuntime.storage();
        ExportedModel model = model(settings, storage);
        String own = settings.with(model.settings("import.input")).render();
        ResumeCompatibility.refuseOtherArchitecture(own, settings.render(), run.dir());
        Tokenizer tokenizer = model.hasTokenizer()
                ? RunTokenizer.read(storage, model.directory())
                : Tokenizer.open(
                        storage, settings.bind("data", DataConfig.class).tokenizer());
        if (model.hasTokenizer()) {
            RunTokenizer.refuseOther(
                    storage,
                    settings.bind("data", DataConfig.class).tokenizer(),
                    "import.input",
                    tokenizer.name(),
                    tokenizer.fingerprint(),
                    "take " + RunTokenizer.FILE + " out of " + model.directory());
        }
        Checkpoint checkpoint = checkpoint(settings, model, tokenizer);
        String theta = Hashes.sha256(checkpoint.vector(Checkpoint.THETA));
        CheckpointStore store = CheckpointStore.open(storage, run.dir());
        Optional<Checkpoint> there = store.newestValid();
        if (there.isEmpty()) {
            DirectoryKind.RUN.refuseIfOther(storage, "run.dir", run.dir());
            ExportedModel.refuseIfThere(storage, "run.dir", run.dir());
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
        CheckpointManifest manifest = store.newestManifest().orElseThrow();
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
                && architecture(there).equals(architecture(imported))
                && Arrays.equals(there.vector(Checkpoint.THETA), imported.vector(Checkpoint.THETA));
    }

    private static String architecture(Checkpoint checkpoint) {
        return Settings.ofJson(checkpoint.settings()).renderSections(List.of("model"));
    }

    private static Checkpoint checkpoint(Settings settings, ExportedModel exported, Tokenizer tokenizer)
            throws IOException {
        ModelConfig model = settings.bind("model", ModelConfig.class);
        List<ParameterEntry> table = exported.table(model, tokenizer);
        return new Checkpoint(
                0,
                0,
                settings.render(),
                "",
                "",
                tokenizer.fingerprint(),
                tokenizer.vocabularySize(),
                Map.of(Checkpoint.THETA, exported.theta("import.input", model, table)),
                table,
                Map.of(),
                MachineNumerics.of(settings.bind("train", TrainConfig.class).threads()),
                0,
                TrainingProgress.NONE,
                List.of());
    }

    private static ExportedModel model(Settings settings, Storage storage) {
        String folder = settings.bind("import", Config.class).input();
        String expected = "a directory with model.safetensors and config.json";
        Refusal.unless(!folder.isBlank(), "import.input", "nothing", expected);
        return new ExportedModel(storage, folder);
    }

    /** The section {@code import}; {@code reference.conf} describes its keys. */
    record Config(String input) {}
}
