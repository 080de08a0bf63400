package io.github.hyenaspark.data.task;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.hyenaspark.data.token.SymbolTokenizer;
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
 * The examples of a task as an input like any other, all different: two text files in the dataset's directory, one
 * example per line, or two files of labelled documents. Equal settings give equal bytes.
 */
public record TaskInput(Task task, Task.Config config) {
    private static final String PREFIX = "task:";
    private static final String FOLDER = "task";
    private static final String LABELLED_TEST = "test.jsonl";
    private static final String VALIDATION = "validation.txt";
    private static final int MOST_DRAWS = 1000;

    public static boolean isTask(String input) {
        return input.startsWith(PREFIX);
    }

    public static String directory(String dataset) {
        return Storage.resolve(dataset, FOLDER);
    }

    public static TaskInput of(String input, Task.Config config) {
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
                "data.tokenizer=" + tokenizer(),
                "data.source.format=text",
                "data.source.extensions=[txt]",
                "data.source.documents=line",
                "data.validation-documents=[" + VALIDATION + "]",
                "data.clean.duplicates=keep",
                "data.packing=single");
    }

    /** The same where its examples are documents with labels. */
    public List<String> labelledSettings() {
        return List.of(
                "data.tokenizer=" + tokenizer(),
                "data.source.id-field=id",
                "fit.task=classification",
                "data.validation-documents=[" + LABELLED_TEST + "]");
    }

    public String tokenizer() {
        return task.tokenizer(config).name();
    }

    /** Tokens of the longest example's sequence, {@code model.l-max}: its symbols, as inputs or as targets. */
    public int sequenceLength() {
        return task.longest(config);
    }

    /** Writes the examples, unless they exist; refuses a dataset of another task, and too few different examples. */
    public void write(Storage storage, String dataset) throws IOException {
        write(storage, directory(dataset), VALIDATION, "train.txt", (id, example) -> String.join(" ", example));
    }

    /**
     * Writes the same examples as labelled documents, the training ones to {@code train.jsonl} and the held-out ones to
     * {@code test.jsonl}, unless they exist. The label is the answer, the last symbol; the text is what precedes it,
     * without the {@code =>} right before the answer.
     */
    public void writeLabelled(Storage storage, String directory) throws IOException {
        write(storage, directory, LABELLED_TEST, "train.jsonl", TaskInput::labelled);
    }

    private static String labelled(String id, List<String> example) {
        int answer = example.size() - 1;
        int end = example.get(answer - 1).equals(SymbolTokenizer.QUERY) ? answer - 1 : answer;
        return Json.line(Json.object()
                .put("id", id)
                .put("text", String.join(" ", example.subList(0, end)))
                .put("label", example.get(answer)));
    }

    private void write(Storage storage, String directory, String heldOut, String train, Form form) throws IOException {
        String description = Storage.resolve(directory, "task.json");
        ObjectNode settings = Json.object()
                .put("task", task.settingName())
                .put("vocabulary", task.tokenizer(config).symbols().size())
                .put("length", config.length())
                .put("examples", config.examples())
                .put("validation_examples", config.validationExamples())
                .put("seed", config.seed());
        if (task == Task.LISTOPS) {
            settings.put("min_length", config.shortest());
        }
        byte[] json = Json.bytes(settings);
        if (storage.exists(description) && !Arrays.equals(storage.read(description), json)) {
            throw new IllegalArgumentException(directory + " has the examples of another task, "
                    + new String(storage.read(description), StandardCharsets.UTF_8).strip() + ", expected "
                    + new String(json, StandardCharsets.UTF_8).strip() + "; choose another directory");
        }
        if (!storage.exists(description)) {
            storage.replace( // what another start has left counts for nothing
                    Storage.resolve(directory, heldOut),
                    out -> new Draws().write(out, config.validationExamples(), "test-", form));
            storage.replace(Storage.resolve(directory, train), out -> {
                var draws = new Draws();
                draws.write(OutputStream.nullOutputStream(), config.validationExamples(), "test-", form);
                draws.write(out, config.examples(), "train-", form);
            });
            storage.write(description, out -> out.write(json));
        }
    }

    /** An example as a line. */
    private interface Form {
        String line(String id, List<String> example);
    }

    private final class Draws {
        private final Random random = new Random(config.seed());
        private final Set<String> seen = new HashSet<>();

        void write(OutputStream out, int count, String id, Form form) throws IOException {
            for (int i = 0; i < count; i++) {
                out.write((form.line(id + i, next()) + "\n").getBytes(StandardCharsets.UTF_8));
            }
        }

        private List<String> next() {
            for (int draw = 0; draw < MOST_DRAWS; draw++) {
                List<String> example = task.example(config, random);
                if (seen.add(Hashes.sha256(String.join(" ", example)))) {
                    return example;
                }
            }
            throw new IllegalArgumentException("task.examples: found " + config.examples() + " and "
                    + config.validationExamples() + " held out, expected fewer: after " + seen.size()
                    + " different ones of " + task.settingName() + " with "
                    + task.tokenizer(config).symbols().size() + " symbols and length " + config.length()
                    + " no further one was drawn");
        }
    }
}
