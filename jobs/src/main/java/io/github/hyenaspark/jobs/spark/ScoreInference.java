package io.github.hyenaspark.jobs.spark;

import io.github.hyenaspark.model.Batch;
import io.github.hyenaspark.model.HyenaLanguageModel;
import java.util.List;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;

/**
 * The loss of documents.
 *
 * @param overlap inputs of context that a sequence carries from the one before
 * @param detail of what
 */
record ScoreInference(int overlap, Detail detail) implements Inference<DocumentScore> {
    /** Of what there is a loss of its own. */
    enum Detail {
        DOCUMENTS,
        TOKENS
    }

    @Override
    public StructType columns() {
        StructType columns = new StructType()
                .add("tokens", DataTypes.LongType)
                .add("nats", DataTypes.DoubleType)
                .add("loss", DataTypes.DoubleType)
                .add("bytes", DataTypes.LongType)
                .add("bits_per_byte", DataTypes.DoubleType);
        return detail == Detail.TOKENS
                ? columns.add("token_losses", DataTypes.createArrayType(DataTypes.FloatType, false))
                : columns;
    }

    @Override
    public DocumentScore begin() {
        return new DocumentScore(detail);
    }

    @Override
    public void run(HyenaLanguageModel model, Batch batch, List<DocumentSequence<DocumentScore>> rows) {
        double[] nats = model.losses(batch).nats();
        for (int row = 0; row < rows.size(); row++) {
            rows.get(row).result().add(rows.get(row), batch, nats, row * batch.length());
        }
    }
}
