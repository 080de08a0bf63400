package io.github.hyenaspark.jobs.docs;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.hyenaspark.io.Json;
import io.github.hyenaspark.jobs.CommandLines;
import io.github.hyenaspark.jobs.cli.Console;
import io.github.hyenaspark.jobs.testing.SmallRun;
import io.github.hyenaspark.jobs.testing.SmallRun.Outcome;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;

/**
 * The example in the help of every command, run as it is printed: one after the other in the order of the commands, so
 * that each finds what those before it have made. Only a folder of documents and a book are there at first. Settings
 * that the example leaves open are such that nothing takes long.
 */
@Tag("process")
class HelpExamplesIT {
    private static final Pattern WORD = Pattern.compile("(?:'[^']*'|\\S)+");
    private static final Pattern PLACE = Pattern.compile("\\b[A-Z][A-Z-]{2,}\\b");
    private static final PrintStream NULL = new PrintStream(OutputStream.nullOutputStream(), false, UTF_8);
    private static final Console NOWHERE = new Console(NULL, NULL);
    private static final String NAME = "${COMMAND-FULL-NAME}";
    private static final List<String> SMALL = List.of(
            "train.rounds=2",
            "run.validate-every-rounds=1",
            "compare.mixers=[gru,hyena]",
            "compare.lengths=[32]",
            "fit.folds=2",
            "fit.models=1",
            "fit.epochs=1",
            "compare.speed-lengths=[32]",
            "bench.batch=1",
            "bench.channels=2",
            "bench.length=64",
            "bench.tokens=16",
            "bench.threads=1",
            "bench.steps=1",
            "bench.parameters=1000",
            "bench.rounds=1",
            "bench.warm-up-rounds=0",
            "bench.mebibytes=1",
            "bench.files=400",
            "bench.units=16",
            "bench.new-units=2");

    @TempDir
    static Path directory;

    @TestFactory
    Stream<DynamicTest> everyExampleRuns() throws IOException {
        Path folder = SmallRun.corpus(directory, "FOLDER");
        Files.copy(folder.resolve("0.txt"), directory.resolve("BOOK.txt"));
        Path labelled = Files.createDirectory(directory.resolve("LABELLED")).resolve("labelled.jsonl");
        Files.write(
                labelled,
                IntStream.range(0, 40).mapToObj(HelpExamplesIT::labelled).toList());
        return commands(CommandLines.all(NOWHERE))
                .map(command -> DynamicTest.dynamicTest(
                        command.getCommandSpec().qualifiedName(),
                        () -> assertThat(run(command).code()).isZero()));
    }

    private static String labelled(int number) {
        return Json.line(Json.object().put("text", "alpha beta " + number).put("label", number % 2));
    }

    /** A command, then those below it. */
    private static Stream<CommandLine> commands(CommandLine command) {
        return Stream.concat(
                Stream.of(command), command.getSubcommands().values().stream().flatMap(HelpExamplesIT::commands));
    }

    private static Outcome run(CommandLine command) {
        String example = example(command);
        List<String> words = new ArrayList<>(WORD.matcher(example)
                .results()
                .map(word -> word.group().replace("'", ""))
                .map(word -> PLACE.matcher(word).replaceAll(directory + "/$0"))
                .toList());
        assertThat(words.remove(0)).isEqualTo("hyena");
        if (takesSettings(command.getCommandSpec())) {
            // bench takes l-max from the length that it measures; fit decides on rounds itself, and has other documents
            List<String> without = switch (words.get(0)) {
                case "bench" -> List.of("model.l-max=");
                case "fit" -> List.of("train.rounds=", "data.validation-documents=");
                default -> List.of();
            };
            Stream.concat(SmallRun.SETTINGS.stream(), SMALL.stream())
                    .filter(setting -> !without.contains(key(setting)))
                    .filter(setting -> words.stream().noneMatch(word -> word.startsWith(key(setting))))
                    .forEach(words::add);
        }
        Outcome outcome = SmallRun.bare("local[2]", words);
        assertThat(outcome.code()).as(example + "\n" + outcome.messages()).isZero();
        assertThat(outcome.results()).as(example).isNotBlank();
        return outcome;
    }

    /** The one in the help, unbroken. */
    private static String example(CommandLine command) {
        String[] description = command.getCommandSpec().usageMessage().description();
        assertThat(description).as(command.getCommandName()).hasSize(2);
        String line = description[1].replace(NAME, command.getCommandSpec().qualifiedName());
        assertThat(command.getUsageMessage().lines().toList()).contains(line);
        assertThat(line).matches("Example: hyena .+");
        return line.replace("Example: ", "");
    }

    private static boolean takesSettings(CommandSpec command) {
        return command.positionalParameters().stream()
                .anyMatch(parameter -> parameter.paramLabel().contains("KEY=VALUE"));
    }

    private static String key(String setting) {
        return setting.substring(0, setting.indexOf('=') + 1);
    }
}
