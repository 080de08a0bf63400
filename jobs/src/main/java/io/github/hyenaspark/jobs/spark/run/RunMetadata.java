package io.github.hyenaspark.jobs.spark.run;

import io.github.hyenaspark.checkpoint.CheckpointManifest.Provenance;
import io.github.hyenaspark.io.Json;
import io.github.hyenaspark.jobs.report.page.RunPage;
import io.github.hyenaspark.model.ParameterEntry;
import io.github.hyenaspark.train.optim.MomentLayout;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.spark.package$;

/**
 * What every checkpoint of a run says besides its vectors and counts: all settings as JSON, URI and SHA-256 (hex) of
 * the dataset's snapshot, the tokenizer's fingerprint, held-out targets per byte of held-out text (NaN without such
 * text), the parameters in the order of the vectors, and where the optimizer's moments are.
 */
public record RunMetadata(
        String settings,
        String dataset,
        String datasetSha256,
        String tokenizer,
        int vocabularySize,
        double targetsPerByte,
        List<ParameterEntry> table,
        MomentLayout moments,
        Provenance.Numerics numerics) {
    /** What the run's page says besides its journal. */
    public RunPage.Facts page(String name) throws IOException {
        Map<String, String> data = new LinkedHashMap<>();
        data.put("Snapshot", dataset);
        data.put("SHA-256 of the snapshot", datasetSha256);
        data.put("Tokenizer", tokenizer);
        data.put("Vocabulary", Integer.toString(vocabularySize));
        Map<String, String> machine = new LinkedHashMap<>();
        machine.put("Spark", package$.MODULE$.SPARK_VERSION());
        machine.put("Java", numerics.java());
        machine.put("Arrays", numerics.backend());
        machine.put("BLAS", numerics.blas());
        machine.put("Threads of a task", numerics.threads());
        machine.put(
                "Processors of the driver",
                Integer.toString(Runtime.getRuntime().availableProcessors()));
        long parameters = table.stream().mapToLong(ParameterEntry::size).sum();
        return new RunPage.Facts(
                name,
                parameters,
                targetsPerByte,
                data,
                machine,
                Json.parse("the settings", settings.getBytes(StandardCharsets.UTF_8)));
    }
}
