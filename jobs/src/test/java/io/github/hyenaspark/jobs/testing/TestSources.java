package io.github.hyenaspark.jobs.testing;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** The tests of all modules as their sources say, because no module sees the test classes of another one. */
public final class TestSources {
    private static final Path HOME =
            Path.of(System.getProperty("basedir", "."), "..").toAbsolutePath().normalize();

    private static final Pattern CLASS = Pattern.compile("(?m)^(?:public |final |abstract )*class (\\w+)");
    private static final Pattern TAG = Pattern.compile("@Tag\\(\"([^\"]*)\"\\)");
    private static final Pattern TEST =
            Pattern.compile("(?m)^    @(?:Test|ParameterizedTest|TestFactory|RepeatedTest)\\b");
    private static final Pattern METHOD = Pattern.compile("(?m)^    (?:\\w+ )*(?:void|Stream<DynamicTest>) (\\w+)\\(");

    private TestSources() {}

    /**
     * A test method.
     *
     * @param tags its own and those of its class
     * @param isRun whether its class is one that can be run: an abstract class leaves that to its heirs
     */
    public record TestMethod(String className, String name, Set<String> tags, boolean isRun) {
        @Override
        public String toString() {
            return className + "." + name;
        }
    }

    /** By class and then by name. */
    public static List<TestMethod> all() throws IOException {
        List<TestMethod> tests = new ArrayList<>();
        for (String module : List.of("core", "data-pipelines", "jobs")) {
            try (Stream<Path> files = Files.walk(HOME.resolve(module).resolve("src/test/java"))) {
                for (Path file :
                        files.filter(path -> path.toString().endsWith(".java")).toList()) {
                    tests.addAll(of(Files.readString(file)));
                }
            }
        }
        tests.sort(Comparator.comparing(TestMethod::toString));
        return tests;
    }

    /** Those of one file; a method begins after a blank line, as the formatter leaves it. */
    static List<TestMethod> of(String source) {
        Matcher type = CLASS.matcher(source);
        if (!type.find()) {
            return List.of();
        }
        Set<String> ofClass = tags(source.substring(0, type.start()));
        boolean isRun = !type.group().contains("abstract ");
        List<TestMethod> tests = new ArrayList<>();
        for (String paragraph : source.substring(type.end()).split("\n\\s*\n", -1)) {
            if (TEST.matcher(paragraph).find()) {
                Matcher method = METHOD.matcher(paragraph);
                if (!method.find()) {
                    throw new IllegalStateException("found no method of a test in:\n" + paragraph);
                }
                Set<String> tags = tags(paragraph.substring(0, method.start()));
                tags.addAll(ofClass);
                tests.add(new TestMethod(type.group(1), method.group(1), tags, isRun));
            }
        }
        return tests;
    }

    private static Set<String> tags(String declaration) {
        Set<String> tags = new TreeSet<>();
        TAG.matcher(declaration).results().forEach(tag -> tags.add(tag.group(1)));
        return tags;
    }
}
