package io.github.hyenaspark.jobs;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * Every goal of the data pipelines that a test can prove has one: a test says in a tag, {@code goal-} and the number,
 * which goal it belongs to. {@code mvn verify -Dgroups=goal-9} runs those of one goal.
 */
class GoalsTest {
    private static final Path HOME =
            Path.of(System.getProperty("basedir", "."), "..").toAbsolutePath().normalize();
    private static final int FIRST = 3;
    private static final int LAST = 18;
    private static final Pattern TAGGED =
            Pattern.compile("@Tag\\(\"goal-(\\d+)\"\\)(?=\\s+(?:@\\w+(?:\\([^()]*\\))?\\s+)*(?:void|class) (\\w+))");

    @Test
    void everyGoalHasATest() throws IOException {
        Map<Integer, TreeSet<String>> tests = new TreeMap<>();
        for (String module : List.of("core", "data-pipelines", "jobs")) {
            for (Path file : sources(HOME.resolve(module).resolve("src/test/java"))) {
                String name = file.getFileName().toString().replace(".java", "");
                TAGGED.matcher(Files.readString(file))
                        .results()
                        .forEach(
                                found -> tests.computeIfAbsent(Integer.valueOf(found.group(1)), goal -> new TreeSet<>())
                                        .add(name + "." + found.group(2)));
            }
        }

        assertThat(tests.keySet())
                .as("goals with a test: %s", tests)
                .containsExactlyElementsOf(
                        IntStream.rangeClosed(FIRST, LAST).boxed().toList());
    }

    private static List<Path> sources(Path folder) throws IOException {
        try (Stream<Path> files = Files.walk(folder)) {
            return files.filter(file -> file.toString().endsWith(".java")).toList();
        }
    }
}
