package io.github.hyenaspark.jobs.docs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.hyenaspark.config.Settings;
import io.github.hyenaspark.io.Json;
import io.github.hyenaspark.jobs.CommandLines;
import io.github.hyenaspark.jobs.cli.Console;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import picocli.CommandLine;

/** The commands that the documentation shows exist, and so do the settings and files that they name. */
class DocCommandsTest {
    private static final String LAUNCHER = "submit-scripts/hyena";
    private static final Pattern COMMENT = Pattern.compile("\\s#\\s.*");
    private static final Pattern WORD = Pattern.compile("(?:'[^']*'|\"[^\"]*\"|[^\\s'\"])+");
    private static final Pattern SPAN = Pattern.compile("`([^`\\s]+)`");
    private static final Pattern KEY = Pattern.compile("[a-z][a-z0-9-]*(\\.[a-z0-9-]+)+");
    private static final Pattern FILE = Pattern.compile(".*\\.(json|html|zip|safetensors)");
    private static final PrintStream NULL =
            new PrintStream(OutputStream.nullOutputStream(), false, StandardCharsets.UTF_8);
    private static final CommandLine MAIN = CommandLines.all(new Console(NULL, NULL));

    static List<Path> pages() throws IOException {
        return Pages.all();
    }

    @ParameterizedTest
    @MethodSource("pages")
    void everyCommandExistsAndTakesTheSettingsThatItShows(Path page) throws IOException {
        JsonNode known = settings();
        for (String line : Pages.code(page)) {
            List<String> words = words(line);
            int launcher = words.indexOf(LAUNCHER);
            if (launcher >= 0) {
                check(page + ": " + line, words.subList(launcher + 1, words.size()), known);
            }
        }
    }

    /** Otherwise a change of the pages could hide all of them from the test above. */
    @Test
    void theCommandsAreFound() throws IOException {
        int found = 0;
        for (Path page : Pages.all()) {
            found += (int) Pages.code(page).stream()
                    .filter(line -> words(line).contains(LAUNCHER))
                    .count();
        }
        assertThat(found).isGreaterThan(40);
    }

    @ParameterizedTest
    @MethodSource("pages")
    void everyScriptExists(Path page) throws IOException {
        for (String line : Pages.code(page)) {
            for (String word : words(line)) {
                if (word.replaceFirst("^\\./", "").startsWith("submit-scripts/")) {
                    assertThat(Pages.root().resolve(word))
                            .as(page + ": " + line)
                            .isExecutable();
                }
            }
        }
    }

    /** Rooms of the code have names like settings, so the page that describes them is left out. */
    @ParameterizedTest
    @MethodSource("pages")
    void everySettingInTheTextExists(Path page) throws IOException {
        if (page.endsWith("architecture.md")) {
            return;
        }
        JsonNode known = settings();
        List<String> unknown = SPAN.matcher(String.join("\n", Pages.prose(page)))
                .results()
                .map(span -> span.group(1).replaceFirst("=.*", ""))
                .filter(key -> KEY.matcher(key).matches() && !FILE.matcher(key).matches())
                .filter(key -> known.has(key.substring(0, key.indexOf('.'))))
                .filter(key -> !has(known, key))
                .toList();
        assertThat(unknown).as("settings in " + page + " that do not exist").isEmpty();
    }

    private static void check(String line, List<String> words, JsonNode known) {
        CommandLine command = MAIN;
        List<String> settings = new ArrayList<>();
        for (int at = 0; at < words.size() && !words.get(at).equals("--"); at++) {
            String word = words.get(at);
            if (word.equals("--master")) {
                at++;
            } else if (word.contains("=")) {
                settings.add(word);
                String key = word.substring(0, word.indexOf('='));
                assertThat(has(known, key))
                        .as(line + ": there is no setting " + key)
                        .isTrue();
            } else if (word.startsWith("conf/")) {
                assertThat(Files.exists(Pages.root().resolve(word))).as(line).isTrue();
            } else if (word.matches("[a-z-]+") && !word.startsWith("-")) {
                CommandLine below = command.getSubcommands().get(word);
                assertThat(below).as(line + ": there is no command " + word).isNotNull();
                command = below == null ? command : below;
            }
        }
        assertThat(command.getParent()).as(line + ": no command").isNotNull();
        assertThatCode(() -> Settings.load(settings)).as(line).doesNotThrowAnyException();
    }

    private static JsonNode settings() throws IOException {
        return Json.parse("settings", Settings.load(List.of()).render().getBytes(StandardCharsets.UTF_8));
    }

    private static boolean has(JsonNode settings, String key) {
        return !settings.at("/" + key.replace('.', '/')).isMissingNode();
    }

    /** As a shell would cut the line, without its comment. */
    private static List<String> words(String line) {
        return WORD.matcher(COMMENT.matcher(line).replaceFirst(""))
                .results()
                .map(word -> word.group().replace("'", "").replaceFirst("^\"(.*)\"$", "$1"))
                .toList();
    }
}
