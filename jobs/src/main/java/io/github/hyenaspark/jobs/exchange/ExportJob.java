package io.github.hyenaspark.jobs.exchange;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.hyenaspark.config.Settings;
import io.github.hyenaspark.exchange.GraphZip;
import io.github.hyenaspark.exchange.SafariConfig;
import io.github.hyenaspark.exchange.SafariTensors;
import io.github.hyenaspark.io.FileInfo;
import io.github.hyenaspark.io.Hashes;
import io.github.hyenaspark.io.Json;
import io.github.hyenaspark.io.Refusal;
import io.github.hyenaspark.io.Safetensors;
import io.github.hyenaspark.io.Storage;
import io.github.hyenaspark.io.Storage.Content;
import io.github.hyenaspark.jobs.cli.CommandWords;
import io.github.hyenaspark.jobs.cli.Console;
import io.github.hyenaspark.jobs.cli.ExitCode;
import io.github.hyenaspark.jobs.cli.SettingsArguments;
import io.github.hyenaspark.jobs.spark.run.DirectoryKind;
import io.github.hyenaspark.jobs.spark.run.ExportedModel;
import io.github.hyenaspark.jobs.spark.run.RunTokenizer;
import io.github.hyenaspark.jobs.spark.run.TrainedRun;
import io.github.hyenaspark.jobs.spark.session.SparkRuntime;
import io.github.hyenaspark.jobs.train.RunConfig;
import io.github.hyenaspark.model.HyenaLanguageModel;
import io.github.hyenaspark.model.ModelConfig;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/**
 * From the newest valid checkpoint of a run to files for other programs: parameters, architecture and tokenizer. What
 * names the architecture is written last: {@code config.json} for safari, DL4J's own file, which has the parameters,
 * too. An export that has it is complete.
 */
public final class ExportJob implements Callable<Integer> {
    private static final Logger LOG = LoggerFactory.getLogger(ExportJob.class);

    private final Console console;

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Mixin
    private final SettingsArguments arguments = new SettingsArguments("run.dir");

    private ExportJob(Console console) {
        this.console = console;
    }

    public static CommandLine command(CommandWords words, Console console) {
        return words.on(new ExportJob(console), List.of("export", "run"));
    }

    @Override
    public Integer call() throws IOException {
        console.stop().arm(spec.qualifiedName());
        Settings settings = arguments.load();
        Config config = settings.bind("export", Config.class);
        RunConfig options = settings.bind("run", RunConfig.class);
        Refusal.unless(!config.output().isBlank(), "export.output", "nothing", "the directory of the export");
        Storage storage = SparkRuntime.storage();
        Refusal.unless(
                !DirectoryKind.RUN.isIn(storage, config.output()),
                "export.output",
                config.output() + ", the directory of a run",
                "a directory of its own: a run that has the files of an export is taken for one");
        TrainedRun trained = TrainedRun.open(storage, options.dir(), options.checkpoint());
        String theta = Hashes.sha256(trained.theta());
        ObjectNode json = Json.object()
                .put("run", options.dir())
                .put("round", trained.round())
                .put("checkpoint", options.checkpoint())
                .put("parameters", trained.theta().length)
                .put("theta_sha256", theta)
                .put("export", config.output());
        ArrayNode written = json.putArray("files");
        for (FileInfo file : storage.writeAll(
                "export.output", config.output(), files(storage, options.dir(), trained, config.format(), theta))) {
            written.addObject()
                    .put("file", file.name())
                    .put("bytes", file.bytes())
                    .put("sha256", file.sha256());
        }
        console.result(json);
        return ExitCode.DONE.code();
    }

    private static Map<String, Content> files(
            Storage storage, String run, TrainedRun trained, Format format, String theta) throws IOException {
        Map<String, Content> files = new LinkedHashMap<>();
        byte[] tokenizer = storage.read(RunTokenizer.uri(run));
        files.put(RunTokenizer.FILE, out -> out.write(tokenizer));
        if (format == Format.DL4J) {
            files.put(format.file(), graph(trained));
            return files;
        }
        files.put(format.file(), tensors(trained));
        ObjectNode config = SafariConfig.of(section(trained.settings()), trained.vocabularySize());
        config.putObject("hyena_spark")
                .put("round", trained.round())
                .put("tokens", trained.tokens())
                .put("theta_sha256", theta)
                .put("tokenizer", trained.tokenizer().fingerprint());
        files.put(ExportedModel.CONFIG, out -> out.write(Json.bytes(config)));
        return files;
    }

    private static JsonNode section(Settings settings) throws IOException {
        byte[] json = settings.renderSections(List.of("model")).getBytes(StandardCharsets.UTF_8);
        return Json.object(Json.parse("the settings of the run", json), "the settings of the run", "model");
    }

    private static Content tensors(TrainedRun trained) {
        ModelConfig model = trained.model();
        if (model.numHeads() > 1) {
            LOG.warn(
                    "model.num-heads is {}: safari loads such a model, but its operator fails with more than one"
                            + " head",
                    model.numHeads());
        }
        List<Safetensors.Tensor> tensors = SafariTensors.of(
                        model, HyenaLanguageModel.tableOf(model, trained.vocabularySize()))
                .write(trained.theta());
        return out -> Safetensors.write(out, tensors, Map.of("format", "pt"));
    }

    private static Content graph(TrainedRun trained) {
        HyenaLanguageModel network = trained.network();
        return out -> GraphZip.write(out, network);
    }

    /** The section {@code export}; {@code reference.conf} describes its keys. */
    record Config(String output, Format format) {}

    enum Format {
        /** Tensors named as in safari's PyTorch classes. */
        SAFETENSORS(ExportedModel.TENSORS),
        /** A file for DL4J's {@code ComputationGraph.load}. */
        DL4J("model.zip");

        private final String file;

        Format(String file) {
            this.file = file;
        }

        String file() {
            return file;
        }
    }
}
