package io.github.hyenaspark.jobs.infer;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.hyenaspark.model.LossSum;

/** A loss in the units in which people compare models. */
final class LossFigures {
    private static final double NATS_PER_BIT = Math.log(2);

    private LossFigures() {}

    /**
     * Writes the figures of a loss; null for what there is none of.
     *
     * @param bytes of the text whose targets were counted
     */
    static void put(ObjectNode json, LossSum loss, long bytes) {
        put(json, "loss", loss.mean());
        put(json, "perplexity", Math.exp(loss.mean()));
        put(json, "bits_per_token", loss.mean() / NATS_PER_BIT);
        put(json, "bits_per_byte", loss.tokens() == 0 ? Double.NaN : loss.nats() / NATS_PER_BIT / bytes);
    }

    /** Writes a number, or null if it is none. */
    static void put(ObjectNode json, String key, double number) {
        if (Double.isFinite(number)) {
            json.put(key, number);
        } else {
            json.putNull(key);
        }
    }
}
