package io.github.hyenaspark.jobs.docs;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Makes the page of settings from {@code reference.conf} files, whose lines have four forms: the beginning of a
 * section, {@code key = value # meaning}, the end of a section, and a comment.
 */
final class SettingsPage {
    private static final Pattern OPEN = Pattern.compile("\\s*([a-z0-9-]+) \\{\\s*(?:#.*)?");
    private static final Pattern SETTING = Pattern.compile("\\s*([a-z0-9-]+) = (.*?)\\s+# (.+)");
    private static final Pattern IGNORED = Pattern.compile("\\s*(?:#.*)?");
    private static final String INTRODUCTION = """
            # Settings

            Every setting with its default and meaning, by section.

            This page is generated from `reference.conf`. Write settings into HOCON files or, as `key=value`, on the command line; later ones win.
            `submit-scripts/hyena COMMAND --help` lists those of the sections that a command reads.
            """;

    private final StringBuilder page = new StringBuilder(INTRODUCTION);
    private final Deque<String> sections = new ArrayDeque<>();

    private SettingsPage() {}

    /** The whole page. */
    static String markdown(List<Path> references) throws IOException {
        var page = new SettingsPage();
        for (Path reference : references) {
            for (String line : Files.readAllLines(reference)) {
                page.add(line, reference);
            }
        }
        return page.page.toString();
    }

    private void add(String line, Path file) {
        Matcher open = OPEN.matcher(line);
        Matcher setting = SETTING.matcher(line);
        if (open.matches()) {
            open(open.group(1));
        } else if (line.strip().equals("}")) {
            sections.pop();
        } else if (setting.matches()) {
            page.append("| `%s` | `%s` | %s |\n"
                    .formatted(path(setting.group(1)), cell(setting.group(2)), cell(setting.group(3))));
        } else if (!IGNORED.matcher(line).matches()) {
            throw new IllegalArgumentException(
                    file + ": found \"" + line + "\", expected section {, key = value # meaning, or }");
        }
    }

    private void open(String section) {
        if (sections.isEmpty()) {
            page.append("\n## %s\n\n| setting | default | meaning |\n|---|---|---|\n".formatted(section));
        }
        sections.push(section);
    }

    private String path(String key) {
        List<String> names = new ArrayList<>();
        sections.descendingIterator().forEachRemaining(names::add);
        names.add(key);
        return String.join(".", names);
    }

    private static String cell(String text) {
        return text.replace("|", "\\|");
    }
}
