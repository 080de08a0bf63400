package io.github.hyenaspark.exchange;

import io.github.hyenaspark.model.HyenaLanguageModel;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.LocalDateTime;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.util.ModelSerializer;
import org.nd4j.linalg.factory.Nd4j;

/** What {@link ModelSerializer} writes for {@link ComputationGraph#load}, without times: equal models, equal bytes. */
public final class GraphZip {
    /** The format has no times before 1980. */
    private static final LocalDateTime NO_TIME = LocalDateTime.of(1980, 2, 1, 0, 0);

    private GraphZip() {}

    /** Writes a whole file; does not close the stream. */
    public static void write(OutputStream out, HyenaLanguageModel model) throws IOException {
        ComputationGraph graph = model.graph();
        ZipOutputStream zip = new ZipOutputStream(out); // closing it would close what is not ours
        begin(zip, ModelSerializer.CONFIGURATION_JSON);
        zip.write(graph.getConfiguration().toJson().getBytes(StandardCharsets.UTF_8));
        begin(zip, ModelSerializer.COEFFICIENTS_BIN);
        DataOutputStream coefficients = new DataOutputStream(zip);
        Nd4j.write(graph.params(), coefficients);
        coefficients.flush();
        zip.finish();
    }

    private static void begin(ZipOutputStream zip, String name) throws IOException {
        ZipEntry entry = new ZipEntry(name);
        entry.setTimeLocal(NO_TIME);
        zip.putNextEntry(entry);
    }
}
