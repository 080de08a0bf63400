package io.github.hyenaspark.jobs.fit;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.hyenaspark.io.Json;
import io.github.hyenaspark.io.Storage;
import io.github.hyenaspark.operator.head.LabelHead;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * A line of JSON for each document that measured a model: what it is, and what was predicted by models without it. No
 * more than one line is in memory.
 *
 * @param tested the documents that measured each fold, by numbers
 * @param predictions of those, in the same order
 */
record PredictionLines(LabelSet labels, List<int[]> tested, List<double[][]> predictions) implements Storage.Content {
    @Override
    public void writeTo(OutputStream out) throws IOException {
        for (int fold = 0; fold < tested.size(); fold++) {
            for (int i = 0; i < tested.get(fold).length; i++) {
                ObjectNode line = line(fold, tested.get(fold)[i], predictions.get(fold)[i]);
                out.write((Json.line(line) + "\n").getBytes(StandardCharsets.UTF_8));
            }
        }
    }

    private ObjectNode line(int fold, int document, double[] predicted) {
        ObjectNode line =
                Json.object().put("id", labels.documents().get(document).id()).put("fold", fold + 1);
        double[] target = labels.targets()[document];
        if (labels.task() == LabelHead.Task.CLASSIFICATION) {
            line.put("label", labels.names().get((int) target[0]))
                    .put("predicted", labels.names().get(LabelMetrics.likeliest(predicted)));
        } else {
            putNamed(line.putObject("labels"), target);
        }
        putNamed(line.putObject("outputs"), predicted);
        return line;
    }

    private void putNamed(ObjectNode into, double[] values) {
        for (int i = 0; i < values.length; i++) {
            into.put(labels.names().get(i), values[i]);
        }
    }
}
