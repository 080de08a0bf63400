package io.github.hyenaspark.jobs.testing;

import io.github.hyenaspark.io.Json;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/**
 * Books, and pages of eight hosts: with short texts and questions, which {@link #CLEANING} leaves out, lines that are
 * no JSON, a copy and a near copy of a book, and copies of pages.
 */
public final class MixedCorpus {
    public static final int BOOKS = 6;
    public static final int SHORT_BOOKS = 1;
    public static final int PAGES = 80;
    public static final int QUESTIONS = 10;
    public static final int SHORT_PAGES = 8;
    public static final int BROKEN_LINES = 2;
    public static final int COPIED_BOOKS = 1;
    public static final int NEARLY_COPIED_BOOKS = 1;
    public static final int COPIED_PAGES = 5;

    /** Settings for it; the units are so small that there are many. */
    public static final List<String> CLEANING = List.of(
            "data.unit-bytes=2000",
            "data.source.id-field=id",
            "data.source.columns=[host]",
            "data.clean.min-bytes=20",
            "data.clean.duplicates=near",
            "data.max-bad-fraction=0.1");

    private MixedCorpus() {}

    /** Writes it into {@code directory/mixed}. */
    public static Path write(Path directory) throws IOException {
        Path corpus = directory.resolve("mixed");
        Files.createDirectories(corpus.resolve("books"));
        Files.createDirectories(corpus.resolve("web"));
        var random = new Random(3);
        List<String> books = new ArrayList<>();
        for (int i = 0; i < BOOKS - COPIED_BOOKS - NEARLY_COPIED_BOOKS; i++) {
            books.add(words(random, 300));
        }
        books.add(books.get(0));
        books.add(books.get(1).replaceFirst("w[0-9]+", "other"));
        books.add("short");
        for (int i = 0; i < books.size(); i++) {
            Files.writeString(corpus.resolve("books/" + i + ".txt"), books.get(i));
        }
        Files.write(corpus.resolve("web/pages.jsonl"), pages(random));
        return corpus;
    }

    private static List<String> pages(Random random) {
        List<String> lines = new ArrayList<>();
        for (int i = 0; i < PAGES; i++) {
            String text = words(random, 15);
            if (i < QUESTIONS) {
                text += "?";
            } else if (i < QUESTIONS + SHORT_PAGES) {
                text = "tiny";
            } else if (i >= PAGES - COPIED_PAGES) {
                text = page(lines.get(i - PAGES + QUESTIONS + SHORT_PAGES + COPIED_PAGES));
            }
            lines.add(Json.line(Json.object()
                    .put("id", "page-" + i)
                    .put("host", "host-" + i % 8)
                    .put("text", text)));
        }
        lines.add(30, "no JSON");
        lines.add(60, "{\"id\":\"no text\"}");
        return lines;
    }

    private static String page(String line) {
        try {
            return Json.parse("a page", line.getBytes(StandardCharsets.UTF_8))
                    .get("text")
                    .textValue();
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    private static String words(Random random, int count) {
        var text = new StringBuilder();
        for (int i = 0; i < count; i++) {
            text.append(i == 0 ? "" : " ").append('w').append(random.nextInt(5000));
        }
        return text.toString();
    }
}
