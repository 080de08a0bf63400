package io.github.hyenaspark.jobs;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** The tests of all modules that name in a tag, such as {@code goal-9}, the number of what they prove. */
final class TaggedTests {
    private static final Path HOME =
            Path.of(System.getProperty("basedir", "."), "..").toAbsolutePath().normalize();

    private TaggedTests() {}

    /** Class and method of each, or class, by number. */
    static Map<Integer, SortedSet<String>> byNumber(String tag) throws IOException {
        var tagged = Pattern.compile(
                "@Tag\\(\"" + tag + "-(\\d+)\"\\)(?=\\s+(?:@\\w+(?:\\([^()]*\\))?\\s+)*(?:void|class) (\\w+))");
        Map<Integer, SortedSet<String>> tests = new TreeMap<>();
        for (String module : List.of("core", "data-pipelines", "jobs")) {
            for (Path file : sources(HOME.resolve(module).resolve("src/test/java"))) {
                String name = file.getFileName().toString().replace(".java", "");
                tagged.matcher(Files.readString(file))
                        .results()
                        .forEach(found -> tests.computeIfAbsent(Integer.valueOf(found.group(1)), n -> new TreeSet<>())
                                .add(name + "." + found.group(2)));
            }
        }
        return tests;
    }

    private static List<Path> sources(Path folder) throws IOException {
        try (Stream<Path> files = Files.walk(folder)) {
            return files.filter(file -> file.toString().endsWith(".java")).toList();
        }
    }
}
