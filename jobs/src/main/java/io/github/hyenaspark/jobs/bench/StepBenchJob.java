package io.github.hyenaspark.jobs.bench;

import static io.github.hyenaspark.jobs.bench.BenchJob.shown;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.hyenaspark.bench.BenchmarkLoop;
import io.github.hyenaspark.bench.Roofline;
import io.github.hyenaspark.bench.StepBenchmark;
import io.github.hyenaspark.config.SettingNames;
import io.github.hyenaspark.config.Settings;
import io.github.hyenaspark.convolution.LongConvolution;
import io.github.hyenaspark.io.Hashes;
import io.github.hyenaspark.io.Json;
import io.github.hyenaspark.jobs.cli.Console;
import io.github.hyenaspark.jobs.cli.JobCommand.Job;
import io.github.hyenaspark.model.ModelConfig;
import io.github.hyenaspark.train.config.TrainConfig;
import java.io.File;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.lang.management.ManagementFactory;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** {@code bench step}: the speed of local steps, measured here or in a JVM of its own. */
public final class StepBenchJob implements Job {
    /** Flags of this process that write to its files or its port. */
    private static final List<String> NOT_INHERITED =
            List.of("-javaagent", "-agentlib", "-Xlog", "-XX:StartFlightRecording", "-Dcom.sun.management.jmxremote");

    private static final double GIGA = 1e9;
    private static final int SHOWN_LINES = 5;

    /** A name, because this package may not depend on the one of Main. */
    private static final String MAIN = "io.github.hyenaspark.jobs.Main";

    private static final int FINGERPRINT_DIGITS = 12;

    /** Batch, length and threads come from {@code bench}; by default the model is as long as the sequences. */
    @Override
    public Derived derived(Settings settings) {
        return Derived.defaults(List.of(
                "model.l-max=" + settings.bind("bench", BenchJob.Config.class).length()));
    }

    @Override
    public void run(Settings settings, Console console) {
        BenchJob.Config config = settings.bind("bench", BenchJob.Config.class);
        ModelConfig model = settings.bind("model", ModelConfig.class);
        TrainConfig train = settings.bind("train", TrainConfig.class);
        var shape = new StepBenchmark.Shape(model, config.vocab(), config.batch(), config.length(), config.threads());
        StepBenchmark.Measurement found = StepBenchmark.run(shape, train, config.steps());
        BenchmarkLoop wall = found.wall();
        ObjectNode json = Json.object()
                .put("mixer", model.mixerNames())
                .put("d_model", model.dModel())
                .put("n_layer", model.nLayer())
                .put("length", config.length())
                .put("batch", config.batch())
                .put("vocab", config.vocab())
                .put("threads", config.threads())
                .put("recompute", train.recompute())
                .put("kernel", LongConvolution.kernelName())
                .put("parameters", found.parameters())
                .put("tokens_per_second", shown(shape.tokens() / wall.median()))
                .put("tokens_per_second_best", shown(shape.tokens() / wall.best()))
                .put("cpu_seconds", shown(found.cpuSeconds()))
                .put("optimizer", SettingNames.of(train.optimizer()))
                .put("optimizer_fraction", shown(found.optimizerFraction()))
                .put("held_mib", shown(found.heldMebibytes()));
        ObjectNode parts = json.putObject("percent");
        found.parts()
                .forEach((part, fraction) -> parts.put(SettingNames.of(part).replace('-', '_'), shown(100 * fraction)));
        found.peakMebibytes().ifPresent(peak -> json.put("peak_rss_mib", shown(peak)));
        found.baseMebibytes().ifPresent(base -> json.put("base_rss_mib", shown(base)));
        Roofline roofline = found.roofline();
        json.put("gemm_flop", roofline.productFlop())
                .put("sgemm_gflops", shown(roofline.productFlopPerSecond() / GIGA))
                .put("convolution_seconds", shown(roofline.convolutionSeconds()))
                .put("roofline_seconds", shown(roofline.seconds()))
                .put("roofline_ratio", shown(found.rooflineRatio()))
                .put("loss", shown(found.loss()))
                .put("warm_up_steps", found.warmUpSteps());
        var seconds = json.putArray("step_seconds");
        wall.seconds().forEach(step -> seconds.add(shown(step)));
        console.result(json);
    }

    /** Hexadecimal digits that name all that the time and memory of a step depend on, but not rates or rounds. */
    public static String fingerprint(Settings settings, int vocabularySize) {
        TrainConfig train = settings.bind("train", TrainConfig.class);
        String shape = settings.renderSections(List.of("model")) + " batch " + train.batchSize() + " vocabulary "
                + vocabularySize + " threads " + train.threads() + " recompute " + train.recompute()
                + " optimizer " + SettingNames.of(train.optimizer());
        return Hashes.sha256(shape).substring(0, FINGERPRINT_DIGITS);
    }

    /**
     * Measures a model at its l-max with the batch and threads of {@code train}, in a JVM of its own with this one's
     * class path and flags, so that nothing that ran before affects the figures. Returns what {@code bench step}
     * prints; throws with the last lines of its log if it fails.
     */
    public static JsonNode measureInOwnJvm(Settings settings, int vocabularySize) throws IOException {
        TrainConfig train = settings.bind("train", TrainConfig.class);
        Path directory = Files.createTempDirectory("hyena-step-");
        Path file = directory.resolve("settings.json");
        Path messages = directory.resolve("messages");
        try {
            Files.writeString(file, settings.renderSections(List.of("model", "train")));
            List<String> command = java();
            command.addAll(List.of(
                    MAIN,
                    "bench",
                    "step",
                    file.toString(),
                    "bench.length=" + settings.bind("model", ModelConfig.class).lMax(),
                    "bench.batch=" + train.batchSize(),
                    "bench.threads=" + train.threads(),
                    "bench.vocab=" + vocabularySize));
            return result(
                    new ProcessBuilder(command).redirectError(messages.toFile()).start(), messages);
        } finally {
            Files.deleteIfExists(file);
            Files.deleteIfExists(messages);
            Files.delete(directory);
        }
    }

    private static List<String> java() throws IOException {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        for (String flag : ManagementFactory.getRuntimeMXBean().getInputArguments()) {
            if (NOT_INHERITED.stream().noneMatch(flag::startsWith)) {
                command.add(flag);
            }
        }
        command.addAll(List.of("-cp", System.getProperty("java.class.path") + File.pathSeparator + ownPlace()));
        return command;
    }

    /** The jar of this class: one that spark-submit loads is not in the class path. */
    private static String ownPlace() throws IOException {
        try {
            return Path.of(StepBenchJob.class
                            .getProtectionDomain()
                            .getCodeSource()
                            .getLocation()
                            .toURI())
                    .toString();
        } catch (URISyntaxException e) {
            throw new IOException("cannot find the jar or directory of the classes", e);
        }
    }

    private static JsonNode result(Process process, Path messages) throws IOException {
        var end = new Thread(process::destroyForcibly);
        Runtime.getRuntime().addShutdownHook(end);
        try {
            byte[] printed = process.getInputStream().readAllBytes();
            int code = process.waitFor();
            if (code != 0) {
                throw new IOException("bench step ended with exit code " + code + ": " + lastLines(messages));
            }
            List<String> lines = new String(printed, StandardCharsets.UTF_8)
                    .lines()
                    .filter(line -> !line.isBlank())
                    .toList();
            String last = lines.isEmpty() ? "" : lines.get(lines.size() - 1);
            return Json.parse("the result of bench step", last.getBytes(StandardCharsets.UTF_8));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("interrupted while steps were measured");
        } finally {
            process.destroy();
            Runtime.getRuntime().removeShutdownHook(end);
        }
    }

    private static String lastLines(Path file) throws IOException {
        List<String> lines = Files.readAllLines(file, StandardCharsets.UTF_8);
        return String.join(" / ", lines.subList(Math.max(0, lines.size() - SHOWN_LINES), lines.size()));
    }
}
