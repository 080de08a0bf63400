package io.github.hyenaspark.jobs.spark;

import io.github.hyenaspark.jobs.spark.Scorer.Detail;
import io.github.hyenaspark.model.Batch;
import io.github.hyenaspark.model.HyenaLanguageModel;
import io.github.hyenaspark.model.LossSum;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.jspecify.annotations.Nullable;

/** The loss of documents. */
record Scorer(SequenceBatcher.Windows windows, Detail detail) implements Inference<Scorer.DocumentScore> {
    /** Granularity of the reported losses. */
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
    public void run(HyenaLanguageModel model, Batch batch, List<SequenceBatcher.DocumentSequence<DocumentScore>> rows) {
        double[] nats = model.losses(batch).nats();
        for (int row = 0; row < rows.size(); row++) {
            rows.get(row).result().add(rows.get(row), batch, nats, row * batch.length());
        }
    }

    static final class DocumentScore extends Inference.Result {
        private final Detail detail;
        private long tokens;
        private double natsOfFull;
        private double natsOfLast; // its batch may come earlier, and sums are made in one order only
        private int targets;
        private float[] tokenLosses = new float[0];

        DocumentScore(Detail detail) {
            this.detail = detail;
        }

        /** Adds the losses of a sequence, which begin at {@code begin} in those of its batch. */
        void add(SequenceBatcher.DocumentSequence<DocumentScore> sequence, Batch batch, double[] losses, int begin) {
            double nats = 0;
            for (int at = sequence.context(); at < sequence.inputs(); at++) {
                boolean counts = batch.targets()[begin + at] >= 0;
                nats += counts ? losses[begin + at] : 0;
                tokens += counts ? 1 : 0;
                if (detail == Detail.TOKENS) {
                    keep(sequence.from() + at, counts ? (float) losses[begin + at] : Float.NaN);
                }
            }
            if (sequence.full()) {
                natsOfFull += nats;
            } else {
                natsOfLast += nats;
            }
        }

        private void keep(long target, float loss) {
            int at = Math.toIntExact(target);
            if (at >= tokenLosses.length) {
                tokenLosses =
                        Arrays.copyOf(tokenLosses, Math.max(at + 1, (int) Math.min(Integer.MAX_VALUE - 8, at * 2L)));
            }
            tokenLosses[at] = loss;
            targets = Math.max(targets, at + 1);
        }

        @Override
        List<@Nullable Object> values() {
            var loss = new LossSum(natsOfFull + natsOfLast, tokens);
            List<@Nullable Object> values = new ArrayList<>();
            values.add(tokens);
            values.add(loss.nats());
            values.add(tokens > 0 ? loss.mean() : null);
            values.add(bytes());
            values.add(tokens > 0 ? loss.bitsPerByte(bytes()) : null);
            if (detail == Detail.TOKENS) {
                values.add(Arrays.copyOf(tokenLosses, targets));
            }
            return values;
        }
    }
}
