package io.github.hyenaspark.jobs.prepare;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.hyenaspark.jobs.testing.HyenaProcess;
import io.github.hyenaspark.jobs.testing.HyenaProcess.Running;
import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Near duplicates of a million short documents: a night costs what is new, and finds what preparing all at once does.
 */
@Tag("endurance")
class NearDuplicatesIT {
    private static final Logger LOG = LoggerFactory.getLogger(NearDuplicatesIT.class);
    private static final int DOCUMENTS = 1_000_000;
    private static final int NEW = 10_000;
    private static final int DOCUMENTS_OF_A_FILE = 50_000;
    private static final int WORDS = 20;
    private static final int VOCABULARY = 20_000;
    private static final Duration LIMIT = Duration.ofMinutes(60);

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
            case 3 -> text(number * 97) + "x";
            case 7 -> text(number * 97);
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
        HyenaProcess process = HyenaProcess.on("local[2]").withFlags("-Xmx3g", "-XX:TieredStopAtLevel=4");
        try (Running running = process.start(
                directory,
                "prepare",
                "data.input=" + directory.resolve("input"),
                "data.dataset=" + directory.resolve(dataset),
                "data.validation-fraction=0",
                "data.clean.duplicates=near")) {
            JsonNode result = running.await(LIMIT).json();
            LOG.info("{}: {}", dataset, result);
            return result;
        }
    }

    @Test
    void aNightTakesATenthOfPreparingAllAtOnce() throws Exception {
        for (int from = 0; from < DOCUMENTS; from += DOCUMENTS_OF_A_FILE) {
            write("old-" + from + ".jsonl", from, from + DOCUMENTS_OF_A_FILE, false);
        }
        assertThat(prepare("dataset").get("duplicates").intValue()).isZero();
        write("zz-new.jsonl", 0, NEW, true);
        JsonNode night = prepare("dataset");
        JsonNode atOnce = prepare("at-once");

        assertThat(night.get("documents").intValue()).isEqualTo(DOCUMENTS + NEW);
        // a document with one other word has 19 of 21 shingles in common, and escapes all 14 bands once in 4,000 times
        assertThat(night.get("duplicates").intValue()).isBetween(2 * NEW / 10 - 5, 2 * NEW / 10);
        assertThat(night.get("duplicates")).isEqualTo(atOnce.get("duplicates"));
        assertThat(night.get("duplicate_tokens")).isEqualTo(atOnce.get("duplicate_tokens"));
        assertThat(night.get("seconds").doubleValue())
                .as("seconds of a night, at once: %s", atOnce.get("seconds"))
                .isLessThan(atOnce.get("seconds").doubleValue() / 10);
    }
}
