package io.github.hyenaspark.exchange;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.hyenaspark.model.HyenaLanguageModel;
import io.github.hyenaspark.model.ModelConfigs;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

class GraphZipTest {
    @TempDir
    Path directory;

    private final HyenaLanguageModel model = HyenaLanguageModel.create(ModelConfigs.tiny(16), 11, 5);

    private byte[] written() throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        GraphZip.write(out, model);
        return out.toByteArray();
    }

    @Test
    void deeplearning4jLoadsAGraphWithTheSameLogits() throws IOException {
        Path file = Files.write(directory.resolve("model.zip"), written());
        ComputationGraph graph = ComputationGraph.load(file.toFile(), true);
        INDArray ids = Nd4j.createFromArray(new int[] {3, 1, 4, 1, 5, 9, 2, 6}).reshape('c', 2, 1, 4);
        INDArray expected = model.graph().outputSingle(ids);
        INDArray found = graph.outputSingle(ids);
        assertThat(found.dup('c').data().asFloat())
                .containsExactly(expected.dup('c').data().asFloat());
    }

    @Test
    void equalModelsGiveEqualBytes() throws IOException {
        assertThat(written()).isEqualTo(written());
    }
}
