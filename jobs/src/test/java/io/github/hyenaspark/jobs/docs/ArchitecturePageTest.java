package io.github.hyenaspark.jobs.docs;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The page of the architecture names classes in rooms where they are, and its picture rooms that exist. */
class ArchitecturePageTest {
    private static final Path PAGE = Pages.root().resolve("docs/architecture.md");
    private static final Path PICTURE = Pages.root().resolve("docs/architecture.svg");
    private static final String PACKAGES = "io/github/hyenaspark/";

    @Test
    void everyClassIsInTheRoomThatThePageNames() throws IOException {
        Set<String> classes = classes();
        Matcher named = Pattern.compile("((?:`[A-Z]\\w+`(?: and |, ))*`[A-Z]\\w+`)(?: \\(|, )`([a-z.]+)`")
                .matcher(Files.readString(PAGE));
        List<MatchResult> found = named.results().toList();
        assertThat(found).hasSizeGreaterThan(10);
        for (MatchResult one : found) {
            Matcher names = Pattern.compile("\\w{4,}").matcher(one.group(1));
            assertThat(names.results().map(name -> one.group(2) + "." + name.group()))
                    .isSubsetOf(classes);
        }
    }

    @Test
    void everyRoomInThePictureExists() throws IOException {
        Set<String> rooms = classes().stream()
                .map(name -> name.substring(0, name.lastIndexOf('.')))
                .collect(Collectors.toSet());
        Matcher labels = Pattern.compile(">([a-z0-9]+(?:\\.[a-z0-9]+)+)</text").matcher(Files.readString(PICTURE));
        List<String> drawn = labels.results().map(label -> label.group(1)).toList();
        assertThat(drawn)
                .hasSizeGreaterThan(20)
                .allSatisfy(room ->
                        assertThat(rooms).as(room).anyMatch(name -> name.equals(room) || name.endsWith("." + room)));
    }

    /** All main classes, as {@code room.Name}. */
    private static Set<String> classes() throws IOException {
        Set<String> classes = new TreeSet<>();
        for (String module : List.of("core", "data-pipelines", "jobs")) {
            Path sources = Pages.root().resolve(module).resolve("src/main/java").resolve(PACKAGES);
            try (Stream<Path> files = Files.walk(sources)) {
                files.map(file -> sources.relativize(file).toString())
                        .filter(file -> file.endsWith(".java") && file.contains("/"))
                        .map(file -> file.replace(".java", "").replace('/', '.'))
                        .forEach(classes::add);
            }
        }
        return classes;
    }
}
