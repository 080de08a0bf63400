package io.github.hyenaspark.jobs.prepare;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.hyenaspark.jobs.testing.Script;
import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Near duplicates of a million short documents, as a user prepares them: a night costs what is new, and finds what
 * preparing all at once does.
 */
@Tag("endurance")
class NearDuplicatesIT {
    private static final int DOCUMENTS = 1_000_000;
    private static final int NEW = 10_000;
    private static final int NIGHTS = 3;
    private static final int DOCUMENTS_OF_A_FILE = 50_000;
    private static final int OLD_STEP = 31; // between the old documents that new ones are like
    private static final Duration LIMIT = Duration.ofMinutes(60);
    private static final Duration PATIENCE = Duration.ofMinutes(10);
    private static final int WORDS = 20;
    private static final int VOCABULARY = 20_000;

    @TempDir
    Path directory;

    /** Words of a document, the same whenever it is asked for. */
    private static String text(int document) {
        var random = new Random(document);
        return IntStream.range(0, WORDS)
                .mapToObj(word -> "w" + random.nextInt(VOCABULARY))
                .collect(Collectors.joining(" "));
    }

    /** Of ten new documents one is an old one whose last word is another, and one an old one. */
    private static String newText(int number) {
        return switch (number % 10) {
            case 3 -> text(number * OLD_STEP) + "x";
            case 7 -> text(number * OLD_STEP);
            default -> text(DOCUMENTS + number);
        };
    }

    private void write(String file, int from, int to, boolean fresh) throws IOException {
        Path input = Files.createDirectories(directory.resolve("input"));
        try (BufferedWriter lines = Files.newBufferedWriter(input.resolve(file))) {
            for (int document = from; document < to; document++) {
                lines.write("{\"text\":\"" + (fresh ? newText(document) : text(document)) + "\"}\n");
            }
        }
    }

    private JsonNode prepare(String dataset) throws IOException, InterruptedException {
        JsonNode result = Script.named("hyena")
                .run(
                        directory,
                        LIMIT,
                        "--master",
                        "local[2]",
                        "prepare",
                        "data.input=" + directory.resolve("input"),
                        "data.dataset=" + directory.resolve(dataset),
                        "data.validation-fraction=0",
                        "data.clean.duplicates=near")
                .json();
        System.out.println(dataset + ": " + result);
        return result;
    }

    /** Where nothing else runs, the launcher makes its archive of classes in less than a minute. */
    private static void awaitArchive() throws IOException, InterruptedException {
        for (long end = System.nanoTime() + PATIENCE.toNanos(); archives().isEmpty(); Thread.sleep(1_000)) {
            assertThat(System.nanoTime()).as("no archive after %s", PATIENCE).isLessThan(end);
        }
    }

    private static List<Path> archives() throws IOException {
        try (Stream<Path> files = Files.list(Path.of("target"))) {
            return files.filter(file -> file.getFileName().toString().matches("long.*\\.jsa"))
                    .toList();
        }
    }

    @Test
    void aNightTakesATenthOfPreparingAllAtOnce() throws Exception {
        for (Path old : archives()) {
            Files.delete(old);
        }
        for (int from = 0; from < DOCUMENTS; from += DOCUMENTS_OF_A_FILE) {
            write("old-" + from + ".jsonl", from, from + DOCUMENTS_OF_A_FILE, false);
        }
        assertThat(prepare("dataset").get("duplicates").intValue()).isZero();
        awaitArchive();
        List<JsonNode> nights = new ArrayList<>();
        for (int night = 0; night < NIGHTS; night++) {
            write("zz-new-" + night + ".jsonl", night * NEW, (night + 1) * NEW, true);
            nights.add(prepare("dataset"));
        }
        JsonNode last = nights.get(NIGHTS - 1);
        JsonNode atOnce = prepare("at-once");

        assertThat(last.get("documents").intValue()).isEqualTo(DOCUMENTS + NIGHTS * NEW);
        // a document with one other word has 19 of 21 shingles in common, and escapes all 14 bands once in 4,000 times
        int planted = NIGHTS * NEW * 2 / 10;
        assertThat(last.get("duplicates").intValue()).isBetween(planted - 5, planted);
        assertThat(last.get("duplicates")).isEqualTo(atOnce.get("duplicates"));
        assertThat(last.get("duplicate_tokens")).isEqualTo(atOnce.get("duplicate_tokens"));
        double[] seconds = nights.stream()
                .mapToDouble(night -> night.get("seconds").doubleValue())
                .sorted()
                .toArray();
        assertThat(seconds[NIGHTS / 2])
                .as("median of %s, at once: %s", Arrays.toString(seconds), atOnce.get("seconds"))
                .isLessThan(atOnce.get("seconds").doubleValue() / 10);
    }
}
