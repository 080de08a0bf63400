package io.github.hyenaspark.jobs.docs;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** The documentation in the repository: the README, CONTRIBUTING, CHANGELOG and the pages in {@code docs}. */
public final class Pages {
    private static final String FENCE = "```";

    private Pages() {}

    /** The repository's root directory. */
    public static Path root() {
        return Path.of(System.getProperty("basedir", "."), "..")
                .toAbsolutePath()
                .normalize();
    }

    /** All pages. */
    public static List<Path> all() throws IOException {
        List<Path> pages = new ArrayList<>();
        for (String page : List.of("README.md", "CONTRIBUTING.md", "CHANGELOG.md")) {
            pages.add(root().resolve(page));
        }
        try (Stream<Path> docs = Files.list(root().resolve("docs"))) {
            docs.filter(file -> file.toString().endsWith(".md")).sorted().forEach(pages::add);
        }
        return List.copyOf(pages);
    }

    /** The lines outside fenced code blocks; those inside are blank. */
    public static List<String> prose(Path page) throws IOException {
        return lines(page, false);
    }

    /** The lines inside fenced code blocks, continuation lines joined. */
    public static List<String> code(Path page) throws IOException {
        return String.join("\n", lines(page, true))
                .replaceAll("\\\\\n\\s*", "")
                .lines()
                .toList();
    }

    /** The code blocks of one language. */
    public static List<String> blocks(Path page, String language) throws IOException {
        return Pattern.compile("(?ms)^" + FENCE + language + "\\n(.*?)^" + FENCE)
                .matcher(Files.readString(page))
                .results()
                .map(block -> block.group(1))
                .toList();
    }

    private static List<String> lines(Path page, boolean inCode) throws IOException {
        List<String> lines = new ArrayList<>();
        boolean code = false;
        for (String line : Files.readAllLines(page)) {
            boolean fence = line.startsWith(FENCE);
            lines.add(!fence && code == inCode ? line : "");
            code ^= fence;
        }
        return lines;
    }
}
