package io.github.hyenaspark.jobs.bench;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.hyenaspark.bench.BenchmarkLoop;
import io.github.hyenaspark.bench.ConvolutionBenchmark;
import io.github.hyenaspark.bench.GenerationBenchmark;
import io.github.hyenaspark.bench.ProductBenchmark;
import io.github.hyenaspark.config.Settings;
import io.github.hyenaspark.convolution.LongConvolution;
import io.github.hyenaspark.io.Json;
import io.github.hyenaspark.io.Refusal;
import io.github.hyenaspark.jobs.bench.plan.PlanBenchJob;
import io.github.hyenaspark.jobs.cli.CommandWords;
import io.github.hyenaspark.jobs.cli.Console;
import io.github.hyenaspark.jobs.cli.JobCommand;
import io.github.hyenaspark.jobs.cli.JobCommand.Job;
import io.github.hyenaspark.jobs.spark.session.SparkRuntime;
import io.github.hyenaspark.model.ModelConfig;
import io.github.hyenaspark.product.ProductKernels;
import java.io.IOException;
import java.math.BigDecimal;
import java.math.MathContext;
import java.util.List;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/** The command {@code bench}, with a subcommand for everything that can be measured. */
@Command(synopsisSubcommandLabel = "COMMAND")
public final class BenchJob implements Runnable {
    private static final MathContext SHOWN = new MathContext(5);
    private static final double MILLIS = 1e3;
    private static final double GIGA = 1e9;
    private static final int PRODUCT_REPEATS = 5;

    private BenchJob() {}

    /** {@code bench} with all below it. */
    public static CommandLine command(CommandWords words, Console console) {
        return words.on(new BenchJob())
                .addSubcommand(JobCommand.of(
                        new CommandWords(
                                "step",
                                "Measures local steps of training on random ids.",
                                "model.d-model=64 bench.length=2048"),
                        List.of("bench", "model", "train"),
                        new StepBenchJob(),
                        console))
                .addSubcommand(JobCommand.of(
                        new CommandWords(
                                "generate",
                                "Measures generation against the naive way, with one thread.",
                                "model.d-model=64 bench.length=128 bench.tokens=512"),
                        List.of("bench", "model"),
                        new Generate(),
                        console))
                .addSubcommand(JobCommand.of(
                        new CommandWords(
                                "conv",
                                "Measures the long convolution alone and checks its results.",
                                "bench.batch=1 bench.channels=128 bench.length=16384"),
                        List.of("bench"),
                        BenchJob::convolution,
                        console))
                .addSubcommand(JobCommand.of(
                        new CommandWords(
                                "products",
                                "Measures matrix products of layers against OpenBLAS, with one thread.",
                                "bench.steps=1"),
                        List.of("bench"),
                        BenchJob::products,
                        console))
                .addSubcommand(JobCommand.of(
                        new CommandWords(
                                "round",
                                "Measures the communication of a round, from the driver to the workers and back.",
                                "bench.parameters=1000000 train.codec=int8"),
                        List.of("bench", "model", "train", "checkpoint", "run"),
                        RoundBenchJob::run,
                        console))
                .addSubcommand(JobCommand.of(
                        new CommandWords("tokens", "Measures the tokenizers on one core.", "bench.text=BOOK.txt"),
                        List.of("bench"),
                        BenchJob::tokens,
                        console))
                .addSubcommand(JobCommand.of(
                        new CommandWords(
                                "prepare",
                                "Measures the preparation of data on one core and the local disk.",
                                "bench.mebibytes=4"),
                        List.of("bench"),
                        PrepareBenchJob::run,
                        console))
                .addSubcommand(JobCommand.of(
                        new CommandWords(
                                "plan",
                                "Counts what a dataset of millions of files costs the driver, on a made-up store.",
                                "bench.case=night"),
                        List.of("bench"),
                        BenchJob::plan,
                        console));
    }

    @Override
    public void run() {
        throw new IllegalArgumentException(
                "a command is needed: step, generate, conv, products, round, tokens, prepare or plan");
    }

    private static void convolution(Settings settings, Console console) {
        Config config = settings.bind("bench", Config.class);
        var shape =
                new ConvolutionBenchmark.Shape(config.batch(), config.channels(), config.length(), config.threads());
        ConvolutionBenchmark.Measurement found = ConvolutionBenchmark.run(shape, config.steps());
        ObjectNode json = Json.object()
                .put("batch", config.batch())
                .put("channels", config.channels())
                .put("length", config.length())
                .put("kernel", LongConvolution.kernelName())
                .put("threads", config.threads())
                .put("time", config.threads() == 1 ? "cpu" : "wall")
                .put("repeats", found.forward().seconds().size())
                .put("forward_ms", medianMillis(found.forward()))
                .put("forward_backward_ms", medianMillis(found.forwardBackward()))
                .put("gated_forward_ms", medianMillis(found.gatedForward()))
                .put("gated_forward_backward_ms", medianMillis(found.gatedForwardBackward()))
                .put("max_relative_error", shown(found.maxRelativeError()));
        console.result(json);
    }

    private static void products(Settings settings, Console console) throws IOException {
        Config config = settings.bind("bench", Config.class);
        int repeats = config.steps() == 0 ? PRODUCT_REPEATS : config.steps();
        List<ProductBenchmark.Rates> found = ProductBenchmark.run(ProductBenchmark.layers(), repeats);
        ObjectNode json = Json.object()
                .put("kernel", ProductKernels.atStart().description())
                .put("time", "cpu")
                .put("repeats", repeats)
                .put("ratio", shown(ProductBenchmark.mean(found, ProductBenchmark.Rates::ratio)))
                .put("scalar_ratio", shown(ProductBenchmark.mean(found, ProductBenchmark.Rates::scalarRatio)));
        ArrayNode shapes = json.putArray("products");
        for (ProductBenchmark.Rates rates : found) {
            ProductBenchmark.Shape shape = rates.shape();
            shapes.addObject()
                    .put("name", shape.name())
                    .put("rows", shape.rows())
                    .put("inner", shape.inner())
                    .put("columns", shape.columns())
                    .put("left_transposed", shape.leftTransposed())
                    .put("right_transposed", shape.rightTransposed())
                    .put("gflops", shown(rates.ours() / GIGA))
                    .put("scalar_gflops", shown(rates.scalar() / GIGA))
                    .put("openblas_gflops", shown(rates.openBlas() / GIGA))
                    .put("ratio", shown(rates.ratio()));
        }
        console.result(json);
    }

    private static void plan(Settings settings, Console console) throws IOException {
        Config config = settings.bind("bench", Config.class);
        var size = new PlanBenchJob.Size(config.files(), config.units(), config.newUnits(), config.requestMs());
        PlanBenchJob.run(config.case_(), size, console);
    }

    private static void tokens(Settings settings, Console console) throws IOException {
        Config config = settings.bind("bench", Config.class);
        byte[] text = text(config);
        TokenBenchmark.Speeds found = TokenBenchmark.run(text, config.steps());
        console.result(Json.object()
                .put("text", config.text().isBlank() ? "generated" : config.text())
                .put("text_bytes", text.length)
                .put("time", "cpu")
                .put("bytes_mb_per_s", shown(found.bytes()))
                .put("dna_mb_per_s", shown(found.dna()))
                .put("gpt2_mb_per_s", shown(found.shortDocuments().ours()))
                .put("jtokkit_mb_per_s", shown(found.shortDocuments().jtokkit()))
                .put("gpt2_long_mb_per_s", shown(found.longDocuments().ours()))
                .put("jtokkit_long_mb_per_s", shown(found.longDocuments().jtokkit())));
    }

    /** The text that the settings name, or a generated one. */
    static byte[] text(Config config) throws IOException {
        byte[] text = config.text().isBlank()
                ? TokenBenchmark.generatedText()
                : Refusal.unlessMissing(
                        "bench.text",
                        "a file of text, or nothing for a generated one",
                        () -> SparkRuntime.storage().read(config.text()));
        if (text.length == 0) {
            throw new IllegalArgumentException("bench.text: " + config.text() + " is empty, expected some text");
        }
        return text;
    }

    private static double medianMillis(BenchmarkLoop repeats) {
        return shown(MILLIS * repeats.median());
    }

    /** Rounds to five digits: more would be noise. */
    static double shown(double value) {
        return Double.isFinite(value) ? new BigDecimal(value).round(SHOWN).doubleValue() : value;
    }

    /** The section {@code bench}; {@code reference.conf} describes its keys. */
    record Config(
            int batch,
            int channels,
            int length,
            int tokens,
            int threads,
            int steps,
            int vocab,
            String text,
            int parameters,
            int rounds,
            int warmUpRounds,
            double seconds,
            double gigabits,
            int mebibytes,
            PlanBenchJob.Case case_,
            int files,
            int units,
            int newUnits,
            double requestMs) {
        Config {
            Refusal.below(1, "batch", batch);
            Refusal.below(1, "channels", channels);
            Refusal.below(1, "length", length);
            Refusal.below(1, "tokens", tokens);
            Refusal.below(1, "threads", threads);
            Refusal.below(0, "steps", steps);
            Refusal.below(1, "vocab", vocab);
            Refusal.below(1, "parameters", parameters);
            Refusal.below(1, "rounds", rounds);
            Refusal.below(0, "warm-up-rounds", warmUpRounds);
            Refusal.below(1, "mebibytes", mebibytes);
            Refusal.unless(seconds >= 0, "bench.seconds", seconds, "0 or more");
            Refusal.unless(gigabits > 0, "bench.gigabits", gigabits, "more than 0");
        }
    }

    /** {@code bench generate}: the speed of generation, by number of tokens, and that of the naive way. */
    private static final class Generate implements Job {
        /** By default the model is as long as the prompt and the generated tokens. */
        @Override
        public Derived derived(Settings settings) {
            Config config = settings.bind("bench", Config.class);
            return Derived.defaults(List.of("model.l-max=" + Math.addExact(config.length(), config.tokens())));
        }

        @Override
        public void run(Settings settings, Console console) {
            Config config = settings.bind("bench", Config.class);
            ModelConfig model = settings.bind("model", ModelConfig.class);
            var shape = new GenerationBenchmark.Shape(model, config.vocab(), config.length(), config.tokens());
            GenerationBenchmark.Measurement found = GenerationBenchmark.run(shape, config.steps());
            double seconds = found.longest().cpu().median();
            ObjectNode json = Json.object()
                    .put("mixer", model.mixerNames())
                    .put("d_model", model.dModel())
                    .put("n_layer", model.nLayer())
                    .put("l_max", model.lMax())
                    .put("vocab", config.vocab())
                    .put("parameters", found.parameters())
                    .put("kernel", LongConvolution.kernelName())
                    .put("threads", 1)
                    .put("time", "cpu")
                    .put("prompt", config.length())
                    .put("tokens", config.tokens())
                    .put("prompt_seconds", shown(found.promptSeconds()))
                    .put("seconds", shown(seconds))
                    .put("tokens_per_second", shown(config.tokens() / seconds))
                    .put("naive_positions", found.naivePositions())
                    .put("naive_seconds", shown(found.naiveSeconds()))
                    .put("speedup", shown(found.speedup()));
            var runTokens = json.putArray("run_tokens");
            var runSeconds = json.putArray("run_seconds");
            found.runs().forEach(run -> {
                runTokens.add(run.tokens());
                runSeconds.add(shown(run.cpu().median()));
            });
            console.result(json);
        }
    }
}
