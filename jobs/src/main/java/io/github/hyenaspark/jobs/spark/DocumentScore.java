package io.github.hyenaspark.jobs.spark;

import io.github.hyenaspark.jobs.spark.ScoreInference.Detail;
import io.github.hyenaspark.model.Batch;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The loss of one document. */
final class DocumentScore extends DocumentResult {
    private static final double NATS_PER_BIT = Math.log(2);

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
    void add(DocumentSequence<DocumentScore> sequence, Batch batch, double[] losses, int begin) {
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
            tokenLosses = Arrays.copyOf(tokenLosses, Math.max(at + 1, (int) Math.min(Integer.MAX_VALUE - 8, at * 2L)));
        }
        tokenLosses[at] = loss;
        targets = Math.max(targets, at + 1);
    }

    @Override
    List<@Nullable Object> values() {
        double nats = natsOfFull + natsOfLast;
        List<@Nullable Object> values = new ArrayList<>();
        values.add(tokens);
        values.add(nats);
        values.add(tokens > 0 ? nats / tokens : null);
        values.add(bytes());
        values.add(tokens > 0 ? nats / NATS_PER_BIT / bytes() : null);
        if (detail == Detail.TOKENS) {
            values.add(Arrays.copyOf(tokenLosses, targets));
        }
        return values;
    }
}
