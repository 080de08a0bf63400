package io.github.hyenaspark.jobs.spark.worker;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.hyenaspark.config.Settings;
import io.github.hyenaspark.data.batch.LabelledDocuments;
import io.github.hyenaspark.data.batch.Readings;
import io.github.hyenaspark.data.shard.snapshot.DatasetSnapshot;
import io.github.hyenaspark.io.Storage;
import io.github.hyenaspark.jobs.spark.worker.LabelTraining.WindowGroups.Group;
import io.github.hyenaspark.jobs.testing.FrozenFiles;
import io.github.hyenaspark.model.LabelModel;
import io.github.hyenaspark.model.ModelConfig;
import io.github.hyenaspark.operator.head.LabelHead;
import java.nio.IntBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** On documents of bytes, of which some are there many times. */
class WindowGroupsTest {
    private static final Storage STORAGE = Storage.local();
    private static final int LONGEST = 32;
    private static final int MOST_WINDOWS = Readings.together(LONGEST); // of a group

    private static final LabelModel.Spec SPEC = new LabelModel.Spec(
            Settings.load(List.of("model.d-model=4", "model.n-layer=1", "model.l-max=32", "model.mixer=hyena-se"))
                    .bind("model", ModelConfig.class),
            257,
            new LabelHead(LabelHead.Task.CLASSIFICATION, 2, LabelHead.Pooling.MAX, 1, 1, 0),
            1);

    private LabelledDocuments documents;

    @BeforeEach
    void open(@TempDir Path directory) throws Exception {
        String dataset = FrozenFiles.copy("0.1", directory).place("dataset");
        DatasetSnapshot.Ref snapshot = DatasetSnapshot.Ref.of(DatasetSnapshot.newest(STORAGE, dataset), dataset);
        documents = LabelledDocuments.open(STORAGE, snapshot);
    }

    @AfterEach
    void close() throws Exception {
        documents.close();
    }

    private static LabelTraining.Plan plan() {
        double[] targets = {0, 1, 0, 1};
        double[] weights = {1, 3, 0.5, 2};
        return new LabelTraining.Plan(SPEC, Readings.FORWARD, LONGEST, new int[0], new int[0], targets, weights);
    }

    /** As many documents, one after the other and again. */
    private static int[] chosen(int count) {
        int[] chosen = new int[count];
        Arrays.setAll(chosen, i -> i % 4);
        return chosen;
    }

    private List<Group> groups(int[] chosen) throws Exception {
        var groups = new LabelTraining.WindowGroups(plan(), documents, chosen);
        List<Group> all = new ArrayList<>();
        for (Group group = groups.next(); !group.isEmpty(); group = groups.next()) {
            all.add(group);
        }
        return all;
    }

    @Test
    void everyWindowIsInOneOfManyGroups() throws Exception {
        int[] chosen = chosen(40);
        List<IntBuffer> expected = new ArrayList<>();
        for (int document : chosen) {
            for (int window = 0; window < documents.windowsOf(document, LONGEST); window++) {
                expected.add(IntBuffer.wrap(documents.read(document, LONGEST, window)));
            }
        }
        List<Group> groups = groups(chosen);
        assertThat(groups).hasSize((expected.size() - 1) / MOST_WINDOWS + 1).hasSizeGreaterThan(1);
        assertThat(groups).allMatch(group -> group.sequences().size() <= MOST_WINDOWS);
        assertThat(groups.stream().flatMap(group -> group.sequences().stream()))
                .extracting(IntBuffer::wrap)
                .isEqualTo(expected);
    }

    /** Whatever its length is. */
    @Test
    void theLossOfADocumentIsTheMeanOfItsWindows() throws Exception {
        LabelModel model = LabelModel.create(SPEC, 1);
        int[] chosen = {0, 1};
        double expected = 0;
        for (int document : chosen) {
            int windows = documents.windowsOf(document, LONGEST);
            assertThat(windows).isGreaterThan(1);
            for (int window = 0; window < windows; window++) {
                List<int[]> one = List.of(documents.read(document, LONGEST, window));
                int[] of = {document};
                double[] weight = {plan().weights()[document]};
                expected += Readings.FORWARD
                                .lossSum(model, one, plan().targets(of), weight, LONGEST)
                                .nats()
                        / windows;
            }
        }
        double found = 0;
        for (Group group : groups(chosen)) {
            found += group.lossSum(model, plan()).nats();
        }
        assertThat(found / expected).isBetween(1 - 1e-5, 1 + 1e-5); // in float
    }

    /** Group by group the sums of all at once, to the bit. */
    @Test
    void groupsAreThoseThatAreComputedTogether() throws Exception {
        LabelModel model = LabelModel.create(SPEC, 1);
        List<Group> groups = groups(chosen(40));
        List<int[]> sequences = new ArrayList<>();
        List<Integer> owners = new ArrayList<>();
        List<Integer> counts = new ArrayList<>();
        double sum = 0;
        for (Group group : groups) {
            sequences.addAll(group.sequences());
            owners.addAll(group.owners());
            counts.addAll(group.counts());
            sum += group.lossSum(model, plan()).nats();
        }
        assertThat(sum)
                .isEqualTo(new Group(sequences, owners, counts)
                        .lossSum(model, plan())
                        .nats());
    }
}
