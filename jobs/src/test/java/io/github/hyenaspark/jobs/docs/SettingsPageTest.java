package io.github.hyenaspark.jobs.docs;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.hyenaspark.config.Settings;
import io.github.hyenaspark.io.Json;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** {@code docs/settings.md} is what the {@code reference.conf} files say. */
class SettingsPageTest {
    private static final Path PAGE = Pages.root().resolve("docs/settings.md");

    @Test
    void thePageIsInStepWithTheReferenceFiles() throws IOException {
        String expected = SettingsPage.markdown(references());
        if (Boolean.getBoolean("hyena.docs.write")) {
            Files.writeString(PAGE, expected);
        }
        assertThat(Files.readString(PAGE))
                .as("docs/settings.md is not what reference.conf says; write it again with: mvn -q -pl jobs -am test"
                        + " -Dtest=SettingsPageTest -Dsurefire.failIfNoSpecifiedTests=false -Dhyena.docs.write=true")
                .isEqualTo(expected);
    }

    @Test
    void thePageHasEverySettingAndItsDefault() throws IOException {
        String page = Files.readString(PAGE);
        JsonNode settings =
                Json.parse("settings", Settings.load(List.of()).render().getBytes(StandardCharsets.UTF_8));
        List<String> keys = new ArrayList<>();
        collect("", settings, keys);
        assertThat(keys)
                .hasSizeGreaterThan(100)
                .allSatisfy(key -> assertThat(page).contains("\n| `" + key + "` |"));
        assertThat(page.lines().filter(line -> line.startsWith("| `"))).hasSize(keys.size());
    }

    private static void collect(String path, JsonNode node, List<String> keys) {
        if (!node.isObject()) {
            keys.add(path);
            return;
        }
        node.properties()
                .forEach(field ->
                        collect(path.isEmpty() ? field.getKey() : path + "." + field.getKey(), field.getValue(), keys));
    }

    /** All in the main trees of the modules. */
    private static List<Path> references() throws IOException {
        List<Path> found = new ArrayList<>();
        for (String module : List.of("core", "data-pipelines", "jobs")) {
            Path resources = Pages.root().resolve(module).resolve("src/main/resources");
            if (Files.isDirectory(resources)) {
                try (Stream<Path> files = Files.walk(resources)) {
                    files.filter(file -> file.endsWith("reference.conf"))
                            .sorted()
                            .forEach(found::add);
                }
            }
        }
        return found;
    }
}
