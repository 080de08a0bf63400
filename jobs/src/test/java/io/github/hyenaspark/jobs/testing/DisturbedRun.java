package io.github.hyenaspark.jobs.testing;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.hyenaspark.checkpoint.Checkpoint;
import io.github.hyenaspark.checkpoint.CheckpointStore;
import io.github.hyenaspark.io.Json;
import io.github.hyenaspark.io.Storage;
import io.github.hyenaspark.jobs.testing.SmallRun.Outcome;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.LongStream;

/**
 * A run of eight rounds to which something happens, and which must end as if nothing had. Its training text is 192
 * sequences, of which a round takes 32: the first epoch ends with round 6, the run in the middle of the second. It
 * carries all that a run can carry from round to round: moments and residuals with the workers, momentum with the
 * driver.
 *
 * @param place where dataset and run are
 * @param name of the run's directory
 */
public record DisturbedRun(PreparePlace place, String name) {
    public static final int SEQUENCES = 192;
    public static final int ROUNDS = 8;
    public static final int EPOCH_ROUNDS = 6;
    public static final int STEPS = 2;
    public static final int WORKERS = 2;

    /** The exit code of a driver that another one has replaced. */
    public static final int REPLACED = 75;

    /** Bytes of a document: with its end, 64 sequences of 32 tokens that overlap by one. */
    private static final int DOCUMENT_BYTES = 64 * 32;

    private static final List<String> SETTINGS = List.of(
            "train.rounds=" + ROUNDS,
            "train.workers=" + WORKERS,
            "train.local-steps=" + STEPS,
            "train.batch-size=8",
            "train.optimizer=muon",
            "train.inner-state=local",
            "train.codec=int4",
            "train.down-codec=int8",
            "run.validate-every-rounds=0",
            "checkpoint.every-rounds=1",
            "checkpoint.keep=2");

    /** Prepares the dataset for runs at a place. */
    public static DisturbedRun at(PreparePlace place, Path directory, String name) throws IOException {
        List<String> prepare = new ArrayList<>(List.of("prepare"));
        prepare.addAll(SmallRun.SETTINGS);
        prepare.addAll(List.of("data.input=file:" + corpus(directory), "data.dataset=" + place.uri("dataset")));
        place.run("local[1]", prepare.toArray(String[]::new)).json();
        return new DisturbedRun(place, name);
    }

    private static Path corpus(Path directory) throws IOException {
        Path corpus = Files.createDirectories(directory.resolve("corpus"));
        String words = "alpha beta gamma delta ";
        for (int document = 0; document < 4; document++) {
            String text = words.substring(document).repeat(DOCUMENT_BYTES / 10).substring(0, DOCUMENT_BYTES);
            Files.writeString(corpus.resolve(document + ".txt"), text);
        }
        return corpus;
    }

    /** Another run on the same dataset. */
    public DisturbedRun named(String other) {
        return new DisturbedRun(place, other);
    }

    public String uri() {
        return place.uri(name);
    }

    public Path path(String below) {
        return Path.of(uri(), below);
    }

    public String dataset() {
        return place.uri("dataset");
    }

    /** The arguments that begin it or go on with it. */
    public String[] train(String... more) {
        List<String> arguments = new ArrayList<>(List.of("train"));
        arguments.addAll(SmallRun.SETTINGS);
        arguments.addAll(SETTINGS);
        arguments.addAll(List.of("data.dataset=" + dataset(), "run.dir=" + uri(), "run.progress=plain"));
        arguments.addAll(Arrays.asList(more));
        return arguments.toArray(String[]::new);
    }

    /** Begins it or goes on in this process. */
    public Outcome here(String... more) {
        return place.run("local[2]", train(more));
    }

    public HyenaProcess process(String master) {
        return place.process(master);
    }

    /** The round of its newest checkpoint; 0 without one. Reads no object. */
    public long committed() throws IOException {
        return CheckpointStore.open(place.storage(), uri()).manifests().stream()
                .mapToLong(manifest -> manifest.facts().round())
                .max()
                .orElse(0);
    }

    /** The round that a resume would begin from, every byte of it read; 0 for none. */
    public long restorable() throws IOException {
        return CheckpointStore.open(place.storage(), uri())
                .newestValid()
                .map(Checkpoint::round)
                .orElse(0L);
    }

    public List<JsonNode> journal() throws IOException {
        byte[] stored = place.storage().read(Storage.resolve(uri(), "journal.jsonl"));
        List<JsonNode> entries = new ArrayList<>();
        for (String line : new String(stored, StandardCharsets.UTF_8).lines().toList()) {
            entries.add(Json.parse(uri(), line.getBytes(StandardCharsets.UTF_8)));
        }
        return entries;
    }

    /** It ended well, with the parameters of another run and every round in its journal once. */
    public void assertEnded(Outcome outcome, UndisturbedRun undisturbed) throws IOException {
        assertThat(outcome.theta()).as(outcome.messages()).isEqualTo(undisturbed.theta());
        assertThat(journal())
                .extracting(entry -> entry.get("round").longValue())
                .containsExactlyElementsOf(
                        LongStream.rangeClosed(1, ROUNDS).boxed().toList());
    }

    /** A command that has failed told so in a sentence, with this code and these words, and gave no result. */
    public static void assertFailed(Outcome outcome, int code, String... words) {
        assertThat(outcome.code()).as(outcome.messages()).isEqualTo(code);
        List<String> told = outcome.messages()
                .lines()
                .filter(line -> line.startsWith("hyena train: ") && !line.contains(": still working, "))
                .toList();
        assertThat(told).as(outcome.messages()).hasSize(1);
        assertThat(told.get(0)).contains(words);
        assertThat(outcome.results()).isEmpty();
    }
}
