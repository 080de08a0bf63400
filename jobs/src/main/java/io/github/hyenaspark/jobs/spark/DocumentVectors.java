package io.github.hyenaspark.jobs.spark;

import io.github.hyenaspark.jobs.spark.EmbedInference.Outputs;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** The vectors of one document. */
final class DocumentVectors extends DocumentResult {
    private final Pooling pooling;
    private final Map<Long, float[]> kept = new TreeMap<>(); // by token
    private double[] sumOfFull = {};
    private double[] sumOfLast = {}; // its batch may come earlier, and sums are made in one order only
    private long tokens;

    DocumentVectors(Pooling pooling) {
        this.pooling = pooling;
    }

    /** Adds what a sequence has. */
    void add(DocumentSequence<DocumentVectors> sequence, Outputs outputs) {
        long end = sequence.from() + sequence.inputs();
        if (pooling instanceof Pooling.Mean) {
            sumOfFull = sumOfFull.length == 0 ? new double[outputs.width()] : sumOfFull;
            sumOfLast = sumOfLast.length == 0 ? new double[outputs.width()] : sumOfLast;
            outputs.addTo(sequence.full() ? sumOfFull : sumOfLast, sequence.context(), sequence.inputs());
        } else if (pooling instanceof Pooling.Positions positions) {
            for (long token : positions.tokens()) {
                if (token >= sequence.from() + sequence.context() && token < end) {
                    kept.put(token, outputs.at((int) (token - sequence.from())));
                }
            }
        } else if (end > tokens) {
            kept.clear();
            kept.put(end - 1, outputs.at(sequence.inputs() - 1));
        }
        tokens = Math.max(tokens, end);
    }

    @Override
    List<@Nullable Object> values() {
        List<@Nullable Object> values = new ArrayList<>();
        values.add(tokens);
        if (pooling instanceof Pooling.Mean) {
            values.add(tokens == 0 ? null : mean());
        } else if (pooling instanceof Pooling.Positions positions) {
            float[][] vectors = new float[positions.tokens().length][];
            for (int i = 0; i < vectors.length; i++) {
                vectors[i] = kept.get(positions.tokens()[i]);
            }
            values.add(vectors);
        } else {
            values.add(kept.get(tokens - 1));
        }
        return values;
    }

    private float[] mean() {
        float[] mean = new float[sumOfFull.length];
        for (int d = 0; d < mean.length; d++) {
            mean[d] = (float) ((sumOfFull[d] + sumOfLast[d]) / tokens);
        }
        return mean;
    }
}
