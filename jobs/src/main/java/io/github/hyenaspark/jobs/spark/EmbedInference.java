package io.github.hyenaspark.jobs.spark;

import io.github.hyenaspark.model.Batch;
import io.github.hyenaspark.model.HyenaLanguageModel;
import io.github.hyenaspark.operator.tensor.FloatArray;
import java.util.List;
import org.apache.spark.sql.types.ArrayType;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;

/**
 * Vectors of documents: the output of the last block after the final norm.
 *
 * @param overlap inputs of context that a sequence carries from the one before
 * @param pooling which vectors
 */
record EmbedInference(int overlap, Pooling pooling) implements Inference<DocumentVectors> {
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
    public void run(HyenaLanguageModel model, Batch batch, List<DocumentSequence<DocumentVectors>> rows) {
        FloatArray normed = model.normedOutput(batch);
        int width = Math.toIntExact(normed.length() / batch.batchSize() / batch.length());
        for (int row = 0; row < rows.size(); row++) {
            rows.get(row).result().add(rows.get(row), new Outputs(normed, row, width, batch.length()));
        }
    }

    /**
     * The vectors of one sequence.
     *
     * @param all B×D×L
     * @param row of the sequence, b
     * @param width D
     * @param length L
     */
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
}
