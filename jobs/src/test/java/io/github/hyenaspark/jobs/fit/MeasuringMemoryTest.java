package io.github.hyenaspark.jobs.fit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.hyenaspark.config.Settings;
import io.github.hyenaspark.jobs.fit.LabelSet.LabelledDocument;
import io.github.hyenaspark.operator.head.LabelHead.Task;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

final class MeasuringMemoryTest {
    @Test
    void allDocumentsThatMeasureAreHeld() {
        List<LabelledDocument> documents = IntStream.range(0, 100)
                .mapToObj(i -> new LabelledDocument("d" + i, "h" + i, "", 20, i < 30, 1, false))
                .toList();
        double[][] targets =
                IntStream.range(0, 100).mapToObj(i -> new double[] {i % 2}).toArray(double[][]::new);
        var labels = new LabelSet(Task.CLASSIFICATION, List.of("a", "b"), documents, targets);
        FitConfig config = Settings.load(List.of("fit.folds=0")).bind("fit", FitConfig.class);
        assertThat(MeasuringMemory.of(labels, Folds.of(labels, config), config, 10)
                        .driverHeap())
                .as("a row of two for each document that tests, and twice one for each of its two windows")
                .isEqualTo(8L * 2 * (30 + 2 * 2 * 30));
    }

    @Test
    void tooManyDocumentsAreRefusedBeforeTheyAreRead() {
        MeasuringMemory.ofDocuments(10_000).refuseUnlessTheyFit(1);
        assertThatThrownBy(() -> MeasuringMemory.ofDocuments(1_000_000_000).refuseUnlessTheyFit(1))
                .hasMessageMatching("a fitting of 1,000,000,000 documents needs 976,562 MiB of the heap of the driver,"
                        + " found [0-9,]+ MiB; give -- --driver-memory SIZE, or take fewer documents");
    }

    @Test
    void whatCannotFitIsRefusedBeforeTraining() {
        MeasuringMemory.of(50, 1_000, 1_000).refuseUnlessTheyFit(1);
        assertThatThrownBy(() -> MeasuringMemory.of(200_000, 400_000, 80_000).refuseUnlessTheyFit(1))
                .hasMessageMatching("measuring 200,000 outputs for 400,000 documents needs 854,492 MiB of the heap of"
                        + " the driver, found [0-9,]+ MiB; give -- --driver-memory SIZE, or take fewer classes, or"
                        + " measure fewer documents: fit.folds=0, and a smaller fit.validation-fraction");
    }
}
