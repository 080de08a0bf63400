package io.github.hyenaspark.jobs.fit;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.hyenaspark.io.Storage;
import io.github.hyenaspark.jobs.fit.LabelSet.LabelledDocument;
import io.github.hyenaspark.operator.head.LabelHead.Task;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class PredictionLinesTest {
    private static final int MANY = 20_000;

    private static LabelSet set(Task task, double[][] targets) {
        var document = new LabelledDocument("d", "", "", 1, false, 1, false);
        return new LabelSet(task, List.of("a", "b"), List.of(document, document), targets);
    }

    @Test
    void aLineSaysWhatADocumentIsAndWhatWasPredicted(@TempDir Path directory) throws IOException {
        String file = directory.resolve("lines.jsonl").toString();
        List<int[]> tested = List.of(new int[] {1}, new int[] {0});
        List<double[][]> predictions = List.of(new double[][] {{0.25, 0.75}}, new double[][] {{1, 0}});
        LabelSet classes = set(Task.CLASSIFICATION, new double[][] {{0}, {1}});
        Storage.local().write(file, new PredictionLines(classes, tested, predictions));
        assertThat(Files.readAllLines(Path.of(file)))
                .containsExactly(
                        "{\"id\":\"d\",\"fold\":1,\"label\":\"b\",\"predicted\":\"b\",\"outputs\":{\"a\":0.25,\"b\":0.75}}",
                        "{\"id\":\"d\",\"fold\":2,\"label\":\"a\",\"predicted\":\"a\",\"outputs\":{\"a\":1.0,\"b\":0.0}}");
        LabelSet values = set(Task.REGRESSION, new double[][] {{0.5, 2}, {1, 3}});
        String other = directory.resolve("values.jsonl").toString();
        Storage.local().write(other, new PredictionLines(values, tested, predictions));
        assertThat(Files.readAllLines(Path.of(other)).get(0))
                .isEqualTo(
                        "{\"id\":\"d\",\"fold\":1,\"labels\":{\"a\":1.0,\"b\":3.0},\"outputs\":{\"a\":0.25,\"b\":0.75}}");
    }

    @Test
    void moreLinesNeedNoMoreMemory() throws IOException {
        var out = new OutputStream() {
            private long all;
            private int most;

            @Override
            public void write(int value) {
                all++;
            }

            @Override
            public void write(byte[] bytes, int from, int count) {
                all += count;
                most = Math.max(most, count);
            }
        };
        double[][] predicted = new double[MANY][];
        Arrays.fill(predicted, new double[] {0.25, 0.75});
        LabelSet classes = set(Task.CLASSIFICATION, new double[][] {{0}, {1}});
        new PredictionLines(classes, List.of(new int[MANY]), List.<double[][]>of(predicted)).writeTo(out);
        assertThat(out.all).isGreaterThan(50L * MANY);
        assertThat(out.most).as("bytes at once").isLessThan(1000);
    }
}
