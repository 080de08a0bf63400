package io.github.hyenaspark.jobs.infer;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.hyenaspark.config.Settings;
import io.github.hyenaspark.data.token.Tokenizer;
import io.github.hyenaspark.io.Refusal;
import io.github.hyenaspark.io.Storage;
import io.github.hyenaspark.jobs.cli.CommandWords;
import io.github.hyenaspark.jobs.cli.Console;
import io.github.hyenaspark.jobs.cli.ExitCode;
import io.github.hyenaspark.jobs.cli.SettingsArguments;
import io.github.hyenaspark.jobs.spark.averaging.TextGenerator;
import io.github.hyenaspark.jobs.spark.run.TrainedRun;
import io.github.hyenaspark.jobs.spark.session.SparkRuntime;
import io.github.hyenaspark.jobs.train.RunConfig;
import io.github.hyenaspark.model.Sampling;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.IntStream;
import java.util.stream.StreamSupport;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Continues a prompt or each line of standard input as streamed text, or each of many prompts as a line of JSON. */
public final class GenerateJob implements Callable<Integer> {
    private static final Logger LOG = LoggerFactory.getLogger(GenerateJob.class);

    private final Console console;

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Mixin
    private final SettingsArguments arguments = new SettingsArguments("run.dir");

    @Option(names = "--interactive", description = "Continue each line of standard input, until its end.")
    private boolean interactive;

    private GenerateJob(Console console) {
        this.console = console;
    }

    public static CommandLine command(CommandWords words, Console console) {
        return words.on(new GenerateJob(console), List.of("generate", "run"));
    }

    @Override
    public Integer call() throws IOException {
        if (!interactive) { // where the silence is a person's, who ends it at will
            console.stop().arm(spec.qualifiedName());
        }
        Settings settings = arguments.load();
        Config config = settings.bind("generate", Config.class);
        if (interactive && config.hasPrompt()) {
            throw new IllegalArgumentException(
                    "found a prompt beside --interactive, which reads prompts from standard input; leave one out");
        }
        Storage storage = SparkRuntime.storage();
        RunConfig run = settings.bind("run", RunConfig.class);
        List<String> prompts = prompts(storage, config.prompts());
        TrainedRun trained = TrainedRun.open(storage, run.dir(), run.checkpoint());
        LOG.info("round {} of {}", trained.round(), run.dir());
        refuseUnreadable(prompts, trained.tokenizer());
        if (!interactive) {
            trained.expect(tokens(config, prompts));
        }
        var texts = new Continuations(config, TextGenerator.of(trained));
        if (interactive) {
            interact(texts, config.seed());
        } else if (prompts.isEmpty()) {
            texts.stream(config.prompt(), config.seed(), console.results());
        }
        for (int number = 0; number < prompts.size() && !console.results().checkError(); number++) {
            console.result(texts.result(prompts.get(number), config.seed() + number));
        }
        console.messages().println(texts.speed());
        return ExitCode.DONE.code();
    }

    /** Before the first is continued: of a thousand, the last may be the one that the tokenizer refuses. */
    static void refuseUnreadable(List<String> prompts, Tokenizer tokenizer) {
        for (int number = 1; number <= prompts.size(); number++) {
            try {
                tokenizer.encode(prompts.get(number - 1).getBytes(StandardCharsets.UTF_8));
            } catch (IllegalArgumentException e) {
                throw new IllegalArgumentException("generate.prompts, number " + number + ": " + e.getMessage(), e);
            }
        }
    }

    /** At most, if a token is a character or more. */
    private static long tokens(Config config, List<String> prompts) {
        long characters = config.prompt().length()
                + prompts.stream().mapToLong(String::length).sum();
        return characters + (long) Math.max(1, prompts.size()) * config.tokens();
    }

    /** Skips blank lines, and reports those that the tokenizer refuses. */
    private void interact(Continuations texts, long firstSeed) throws IOException {
        var lines = new BufferedReader(new InputStreamReader(console.input(), StandardCharsets.UTF_8));
        long seed = firstSeed;
        for (Optional<String> line = ask(lines); line.isPresent(); line = ask(lines)) {
            if (line.get().isBlank()) {
                continue;
            }
            try {
                texts.stream(line.get(), seed++, console.results());
            } catch (IllegalArgumentException e) {
                console.messages().println("hyena generate: " + e.getMessage());
            }
        }
    }

    /** The next line; prints a prompt sign at a terminal. */
    @SuppressWarnings("SystemConsoleNull") // on Java 17, null means: not a terminal
    private Optional<String> ask(BufferedReader lines) throws IOException {
        if (System.console() != null) {
            console.messages().print("> ");
            console.messages().flush();
        }
        return Optional.ofNullable(lines.readLine());
    }

    static List<String> prompts(Storage storage, JsonNode given) throws IOException {
        List<String> prompts = new ArrayList<>();
        given.forEach(text -> prompts.add(text.asText()));
        if (!given.isTextual() || given.textValue().isEmpty()) {
            return prompts;
        }
        String file = given.textValue();
        byte[] text = Refusal.unlessMissing(
                "generate.prompts", "a file with a prompt on each line", () -> storage.read(file));
        text(file, text).lines().filter(line -> !line.isBlank()).forEach(prompts::add);
        if (prompts.isEmpty()) {
            throw new IllegalArgumentException(
                    "generate.prompts: " + file + " has no text, expected a prompt on each line");
        }
        return prompts;
    }

    /** Without the mark of the byte order that some editors put first. */
    private static String text(String file, byte[] bytes) {
        ByteBuffer in = ByteBuffer.wrap(bytes);
        CharBuffer out = CharBuffer.allocate(bytes.length);
        boolean malformed =
                StandardCharsets.UTF_8.newDecoder().decode(in, out, true).isError();
        if (malformed) {
            long line = 1
                    + IntStream.range(0, in.position())
                            .filter(i -> bytes[i] == '\n')
                            .count();
            throw new IllegalArgumentException("generate.prompts: found bytes that are no UTF-8 in line " + line
                    + " of " + file + ", expected a text in UTF-8; convert the file");
        }
        String text = out.flip().toString();
        return text.startsWith("\uFEFF") ? text.substring(1) : text;
    }

    /** The section {@code generate}; {@code reference.conf} describes its keys. */
    record Config(
            String prompt,
            JsonNode prompts,
            int tokens,
            List<String> stop,
            double temperature,
            int topK,
            double topP,
            long seed) {
        Config {
            Refusal.below(1, "tokens", tokens);
            boolean texts = prompts.isTextual() || isTexts(prompts);
            Refusal.unless(texts, "prompts", prompts, "a file or a list of texts, as in [\"a\", \"b\"]");
            String both = prompts.asText(prompts.toString()) + " beside a prompt";
            Refusal.unless(prompt.isEmpty() || !hasAny(prompts), "prompts", both, "one of the two; leave one out");
            Refusal.unless(!stop.contains(""), "stop", "an empty text", "at least one character in each");
            stop = List.copyOf(stop);
            Sampling.of(temperature, topK, topP); // validates
        }

        private static boolean isTexts(JsonNode list) {
            return list.isArray()
                    && StreamSupport.stream(list.spliterator(), false).allMatch(JsonNode::isTextual);
        }

        private static boolean hasAny(JsonNode prompts) {
            return !prompts.isEmpty() || !prompts.asText().isEmpty();
        }

        boolean hasPrompt() {
            return !prompt.isEmpty() || hasAny(prompts);
        }

        Sampling sampling() {
            return Sampling.of(temperature, topK, topP);
        }
    }
}
