package io.github.hyenaspark.jobs.bench;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.hyenaspark.config.Settings;
import io.github.hyenaspark.io.Hashes;
import io.github.hyenaspark.io.Json;
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

/** {@code bench step} in a JVM of its own, with this JVM's class path and flags, so that nothing affects the figures. */
public final class StepProcess {
    private static final int SHOWN_LINES = 5;

    /** A name, because this package may not depend on the one of Main. */
    private static final String MAIN = "io.github.hyenaspark.jobs.Main";

    private static final int FINGERPRINT_DIGITS = 12;

    private StepProcess() {}

    /**
     * Hexadecimal digits that name everything the time and memory of a step depend on: model, batch, vocabulary,
     * threads and recomputation, but not rates or rounds.
     */
    public static String fingerprint(Settings settings, int vocabularySize) {
        TrainConfig train = settings.bind("train", TrainConfig.class);
        String shape = settings.renderSections(List.of("model")) + " batch " + train.batchSize() + " vocabulary "
                + vocabularySize + " threads " + train.threads() + " recompute " + train.recompute();
        return Hashes.sha256(shape.getBytes(StandardCharsets.UTF_8)).substring(0, FINGERPRINT_DIGITS);
    }

    /**
     * Measures steps of a model at its l-max with the batch and threads of {@code train}.
     *
     * @return what {@code bench step} prints
     * @throws IOException if it fails, with the last lines of its log
     */
    public static JsonNode measure(Settings settings, int vocabularySize) throws IOException {
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
            if (!flag.startsWith("-javaagent") && !flag.startsWith("-agentlib")) {
                command.add(flag);
            }
        }
        command.addAll(List.of("-cp", System.getProperty("java.class.path") + File.pathSeparator + ownPlace()));
        return command;
    }

    /** The jar of this class: one that spark-submit loads is not in the class path. */
    private static String ownPlace() throws IOException {
        try {
            return Path.of(StepProcess.class
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
            return Json.parse("the result of bench step", printed);
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
