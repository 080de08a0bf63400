package io.github.hyenaspark.data.task;

import io.github.hyenaspark.io.Hashes;
import io.github.hyenaspark.io.Json;
import io.github.hyenaspark.io.Storage;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * The examples of a task as an input like any other: two text files in the dataset's directory, one example per line,
 * all different. Equal settings give equal bytes.
 */
public record TaskInput(Task task, TaskConfig config) {
    private static final String PREFIX = "task:";
    private static final String FOLDER = "task";
    private static final String VALIDATION = "validation.txt";
    private static final String TRAIN = "train.txt";
    private static final int MOST_DRAWS = 1000;

    public static boolean isTask(String input) {
        return input.startsWith(PREFIX);
    }

    public static String directory(String dataset) {
        return Storage.resolve(dataset, FOLDER);
    }

    public static TaskInput of(String input, TaskConfig config) {
        String name = input.substring(PREFIX.length());
        Optional<Task> found = Arrays.stream(Task.values())
                .filter(task -> task.settingName().equals(name))
                .findFirst();
        return new TaskInput(
                found.orElseThrow(() -> new IllegalArgumentException("data.input: found \"" + input
                        + "\", expected task: and one of "
                        + Arrays.stream(Task.values()).map(Task::settingName).collect(Collectors.joining(", ")))),
                config);
    }

    public List<String> settings() {
        return List.of(
                "data.tokenizer=symbols-" + config.vocabulary(),
                "data.source.format=text",
                "data.source.extensions=[txt]",
                "data.source.documents=line",
                "data.validation-documents=[" + VALIDATION + "]",
                "data.clean.duplicates=keep",
                "data.packing=single");
    }

    /** Tokens of an example's sequence, {@code model.l-max}: its symbols, as inputs or as targets. */
    public int sequenceLength() {
        return task.example(config, new Random(config.seed())).size();
    }

    /** Writes the examples, unless they exist; refuses a dataset of another task, and too few different examples. */
    public void write(Storage storage, String dataset) throws IOException {
        String directory = directory(dataset);
        String description = Storage.resolve(directory, "task.json");
        byte[] json = Json.bytes(Json.object()
                .put("task", task.settingName())
                .put("vocabulary", config.vocabulary())
                .put("length", config.length())
                .put("examples", config.examples())
                .put("validation_examples", config.validationExamples())
                .put("seed", config.seed()));
        if (storage.exists(description) && !Arrays.equals(storage.read(description), json)) {
            throw new IllegalArgumentException("data.dataset: " + dataset + " has the examples of another task, "
                    + new String(storage.read(description), StandardCharsets.UTF_8).strip() + ", expected "
                    + new String(json, StandardCharsets.UTF_8).strip() + "; choose another directory");
        }
        if (!storage.exists(description)) {
            storage.write(
                    Storage.resolve(directory, VALIDATION), out -> new Draws().write(out, config.validationExamples()));
            storage.write(Storage.resolve(directory, TRAIN), out -> {
                var draws = new Draws();
                draws.write(OutputStream.nullOutputStream(), config.validationExamples());
                draws.write(out, config.examples());
            });
            storage.write(description, out -> out.write(json));
        }
    }

    private final class Draws {
        private final Random random = new Random(config.seed());
        private final Set<String> seen = new HashSet<>();

        void write(OutputStream out, int count) throws IOException {
            for (int i = 0; i < count; i++) {
                out.write((next() + "\n").getBytes(StandardCharsets.UTF_8));
            }
        }

        private String next() {
            for (int draw = 0; draw < MOST_DRAWS; draw++) {
                String example = String.join(" ", task.example(config, random));
                if (seen.add(Hashes.sha256(example))) {
                    return example;
                }
            }
            throw new IllegalArgumentException("task.examples: found " + config.examples() + " and "
                    + config.validationExamples() + " held out, expected fewer: after " + seen.size()
                    + " different ones of " + task.settingName() + " with " + config.vocabulary()
                    + " symbols and length " + config.length() + " no further one was drawn");
        }
    }
}
