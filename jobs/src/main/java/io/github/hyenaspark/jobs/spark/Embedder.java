package io.github.hyenaspark.jobs.spark;

import io.github.hyenaspark.jobs.spark.Embedder.Outputs;
import io.github.hyenaspark.model.Batch;
import io.github.hyenaspark.model.HyenaLanguageModel;
import io.github.hyenaspark.operator.tensor.FloatArray;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.spark.sql.types.ArrayType;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.jspecify.annotations.Nullable;

/** Vectors of documents: the output of the last block after the final norm. */
record Embedder(SequenceBatcher.Windows windows, Pooling pooling) implements Inference<Embedder.DocumentVectors> {
    @Override
    public StructType columns() {
        ArrayType vector = DataTypes.createArrayType(DataTypes.FloatType, false);
        StructType columns = new StructType().add("tokens", DataTypes.LongType);
        return pooling instanceof Pooling.Positions
                ? columns.add("vectors", DataTypes.createArrayType(vector, true))
                : columns.add("vector", vector);
    }

    @Override
    public DocumentVectors begin() {
        return new DocumentVectors(pooling);
    }

    @Override
    public void run(
            HyenaLanguageModel model, Batch batch, List<SequenceBatcher.DocumentSequence<DocumentVectors>> rows) {
        model.readNormedOutput(batch, normed -> {
            int width = Math.toIntExact(normed.length() / batch.batchSize() / batch.length());
            for (int row = 0; row < rows.size(); row++) {
                rows.get(row).result().add(rows.get(row), new Outputs(normed, row, width, batch.length()));
            }
        });
    }

    /** The vectors of sequence {@code row}, b, in {@code all}, B×D×L; D is {@code width}, L {@code length}. */
    record Outputs(FloatArray all, int row, int width, int length) {
        /** The vector at one input, D. */
        float[] at(int input) {
            float[] vector = new float[width];
            for (int d = 0; d < width; d++) {
                all.read(start(d) + input, vector, d, 1);
            }
            return vector;
        }

        /** Adds the vectors at the inputs in [from, to) to a sum, D. */
        void addTo(double[] sum, int from, int to) {
            float[] values = new float[to - from];
            for (int d = 0; d < width; d++) {
                all.read(start(d) + from, values, values.length);
                for (float value : values) {
                    sum[d] += value;
                }
            }
        }

        private long start(int d) {
            return ((long) row * width + d) * length;
        }
    }

    static final class DocumentVectors extends Inference.Result {
        private final Pooling pooling;
        private final Map<Long, float[]> kept = new TreeMap<>(); // by token
        private double[] sumOfFull = {};
        private double[] sumOfLast = {}; // its batch may come earlier, and sums are made in one order only
        private long tokens;

        DocumentVectors(Pooling pooling) {
            this.pooling = pooling;
        }

        void add(SequenceBatcher.DocumentSequence<DocumentVectors> sequence, Outputs outputs) {
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
}
