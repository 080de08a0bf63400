package io.github.hyenaspark.jobs.testing;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import java.util.zip.GZIPOutputStream;

/**
 * A few kilobytes of input in several formats, with duplicates of both kinds and one bad record: enough for units of
 * every kind of object, small enough to be prepared in a second.
 *
 * @param directory where its files are
 * @param documents the texts that a dataset of it has, sorted
 */
public record CrashCorpus(Path directory, List<String> documents) {
    private static final int WORDS = 120;

    /** Settings for all runs on it. */
    static final List<String> SETTINGS = List.of(
            "data.unit-bytes=2500",
            "data.shard-bytes=4096",
            "data.validation-fraction=0.2",
            "data.clean.duplicates=near",
            "data.max-bad-fraction=1",
            "run.progress=plain");

    /** Writes it to {@code directory/input}. */
    public static CrashCorpus write(Path directory) throws IOException {
        Path input = Files.createDirectories(directory.resolve("input"));
        List<String> documents = new ArrayList<>();
        for (int i = 0; i < 6; i++) {
            String text = text(i);
            Files.writeString(input.resolve("plain-" + i + ".txt"), text);
            documents.add(text);
        }
        String original = text(0);
        String nearly = original + " and no more";
        Files.writeString(input.resolve("twin.txt"), original);
        Files.writeString(input.resolve("varied.txt"), nearly);
        documents.add(original);
        documents.add(nearly);
        documents.addAll(writeLines(input));
        Files.writeString(input.resolve("genome.fa"), ">one\nACGTACGT\nACGT\n>two\nGGGTTTCCA\n");
        documents.add("ACGTACGTACGT");
        documents.add("GGGTTTCCA");
        Collections.sort(documents);
        return new CrashCorpus(input, documents);
    }

    private static List<String> writeLines(Path input) throws IOException {
        List<String> documents = new ArrayList<>();
        var plain = new StringBuilder("{\"text\": \"no end\n");
        for (int i = 10; i < 18; i++) {
            plain.append(line(text(i)));
            documents.add(text(i));
        }
        Files.writeString(input.resolve("lines.jsonl"), plain);
        try (OutputStream out = new GZIPOutputStream(Files.newOutputStream(input.resolve("packed.jsonl.gz")))) {
            for (int i = 15; i < 21; i++) { // three of them are in the other file too
                out.write(line(text(i)).getBytes(StandardCharsets.UTF_8));
                documents.add(text(i));
            }
        }
        return documents;
    }

    private static String line(String text) {
        return "{\"text\": \"" + text + "\"}\n";
    }

    private static String text(int seed) {
        var random = new Random(seed);
        var text = new StringBuilder("text " + seed);
        for (int word = 0; word < WORDS; word++) {
            text.append(' ').append(Integer.toString(random.nextInt(1 << 20), Character.MAX_RADIX));
        }
        return text.toString();
    }

    /** Its files. */
    List<Path> files() throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            return files.sorted().toList();
        }
    }
}
