package io.github.hyenaspark.jobs.spark.evaluation;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.hyenaspark.data.batch.PackingConfig;
import io.github.hyenaspark.data.batch.PackingPlan;
import io.github.hyenaspark.data.batch.TokenBatches;
import io.github.hyenaspark.data.shard.Split;
import io.github.hyenaspark.data.shard.snapshot.DatasetSnapshot;
import io.github.hyenaspark.data.shard.snapshot.SnapshotUnits;
import io.github.hyenaspark.io.Storage;
import io.github.hyenaspark.jobs.spark.evaluation.DocumentLosses.DocumentLoss;
import io.github.hyenaspark.jobs.spark.evaluation.EvaluationTask.ChunkLosses;
import io.github.hyenaspark.jobs.spark.task.ExecutorState.BatchSource;
import io.github.hyenaspark.jobs.testing.FrozenFiles;
import io.github.hyenaspark.model.LossSum;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** On a dataset of bytes in two snapshots, whose documents are the files beside it: three to train on, and a copy. */
class DocumentLossesTest {
    private static final int LENGTH = 32;
    private static final int CHUNK = 7;
    private static final double NATS = 0.5; // of each target; sums of it are exact

    private static Path frozen = Path.of("");

    @BeforeAll
    static void find() throws Exception {
        frozen = Path.of(Objects.requireNonNull(DocumentLossesTest.class.getResource("/frozen/0.1"), "frozen")
                .toURI());
    }

    /** The losses of so many sequences that follow one another. */
    private static ChunkLosses chunk(PackingPlan plan, long from, int sequences) {
        double[] nats = new double[sequences];
        int[] tokens = new int[sequences];
        byte[] last = new byte[sequences];
        for (int i = 0; i < sequences; i++) {
            PackingPlan.Part part = plan.parts(from + i).get(0);
            tokens[i] = part.inputs();
            nats[i] = NATS * part.inputs();
            boolean ends = part.from() + part.inputs() + 1 == plan.documents().tokens(part.document());
            byte found = part.document() == 0 ? ChunkLosses.RIGHT : ChunkLosses.WRONG;
            last[i] = ends ? found : ChunkLosses.NONE;
        }
        return new ChunkLosses(LossSum.ByPosition.ZERO, LossSum.ByPosition.ZERO, nats, tokens, last);
    }

    /** @param atOnce whether all documents are looked up together, or after each chunk those that it completes */
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void everyDocumentHasTheLossesOfItsSequencesUnderItsFile(boolean atOnce) throws IOException {
        String dataset = frozen.resolve("dataset").toString();
        Storage storage = Storage.local();
        DatasetSnapshot snapshot = DatasetSnapshot.newest(storage, dataset);
        assertThat(SnapshotUnits.all(storage, dataset, snapshot)).hasSizeGreaterThan(1);
        var source = new BatchSource(
                DatasetSnapshot.Ref.of(snapshot, dataset),
                Split.TRAIN,
                new PackingConfig(PackingConfig.Strategy.SINGLE, LENGTH));
        List<DocumentLoss> found = new ArrayList<>();
        try (TokenBatches batches = source.open(storage)) {
            PackingPlan plan = batches.plan();
            var losses = new DocumentLosses(storage, source, plan, found::add);
            for (long from = 0; from < plan.sequences(); from += CHUNK) {
                losses.add(chunk(plan, from, (int) Math.min(CHUNK, plan.sequences() - from)));
                if (!atOnce) {
                    losses.lookUp();
                }
            }
            losses.end();
            assertThat(losses.sum().documents()).isEqualTo(3);
            assertThat(losses.sum().lastTokens()).isEqualTo(3);
            assertThat(losses.sum().lastTokensLikeliest()).isEqualTo(1);
            assertThat(losses.sum().bytes())
                    .isEqualTo(found.stream().mapToLong(DocumentLoss::bytes).sum());
        }
        assertThat(found)
                .extracting(DocumentLoss::path)
                .containsExactlyInAnyOrder("austen.txt", "jackson.txt", "twain.txt");
        for (DocumentLoss document : found) {
            long bytes = Files.size(file(document.path()));
            assertThat(document.bytes()).isEqualTo(bytes);
            assertThat(document.loss().tokens()).isEqualTo(bytes); // the end is a target, the first byte is none
            assertThat(document.loss().nats()).isEqualTo(NATS * bytes);
        }
    }

    /** Of two segments with four documents to train on, one a copy, it wants the last document, of the last unit. */
    @Test
    void onlyFilesThatHoldAWantedDocumentAreRead(@TempDir Path directory) throws Exception {
        Path dataset = FrozenFiles.copy("0.2", directory).directory().resolve("dataset");
        Storage storage = Storage.local();
        DatasetSnapshot snapshot = DatasetSnapshot.numbered(storage, dataset.toString(), "2");
        assertThat(snapshot.segments()).hasSize(2);
        var source = new BatchSource(
                DatasetSnapshot.Ref.of(snapshot, dataset.toString()),
                Split.TRAIN,
                new PackingConfig(PackingConfig.Strategy.SINGLE, LENGTH),
                1);
        List<DocumentLoss> found = new ArrayList<>();
        try (TokenBatches batches = source.open(storage)) {
            keepOnly(dataset.resolve("docs"), "16470d76ad51ba1131b1");
            keepOnly(dataset.resolve("segments"), snapshot.segments().get(1).id());
            var losses = new DocumentLosses(storage, source, batches.plan(), found::add);
            losses.add(chunk(batches.plan(), 0, (int) batches.plan().sequences()));
            losses.end();
        }
        assertThat(found).extracting(DocumentLoss::path).containsExactly("twain.txt");
    }

    private static void keepOnly(Path folder, String name) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            for (Path file : files.toList()) {
                if (!file.getFileName().toString().contains(name)) {
                    Files.delete(file);
                }
            }
        }
    }

    private static Path file(String name) {
        Path first = frozen.resolve("corpus/night-1").resolve(name);
        return Files.exists(first) ? first : frozen.resolve("corpus/night-2").resolve(name);
    }
}
