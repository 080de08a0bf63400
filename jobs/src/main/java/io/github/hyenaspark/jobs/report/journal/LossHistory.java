package io.github.hyenaspark.jobs.report.journal;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/** The losses in a journal. A line takes a kilobyte; this keeps some fifty bytes of it. */
public final class LossHistory {
    private final List<LossPoint> train = new ArrayList<>();
    private final List<LossPoint> heldOut = new ArrayList<>();
    private long steps;
    private long heldOutRound;
    private long heldOutTokens;
    private long heldOutMillis;

    public void add(JsonNode entry) {
        addPoint(train, entry, "loss");
        addPoint(heldOut, entry, "held_out_loss");
        steps = entry.path("steps").asLong(steps);
        if (entry.path("held_out_loss").isNumber()) {
            heldOutRound = entry.path("round").asLong();
        }
        heldOutTokens = entry.path("held_out_tokens").asLong(heldOutTokens);
        heldOutMillis += entry.path("ms").path("held_out").asLong();
    }

    private static void addPoint(List<LossPoint> points, JsonNode entry, String key) {
        if (entry.path(key).isNumber()) {
            points.add(new LossPoint(
                    entry.path("tokens").doubleValue(), entry.path(key).doubleValue()));
        }
    }

    /** The training loss of every round; a view. */
    public List<LossPoint> train() {
        return Collections.unmodifiableList(train);
    }

    /** The held-out loss, where it was measured; a view. */
    public List<LossPoint> heldOut() {
        return Collections.unmodifiableList(heldOut);
    }

    public long steps() {
        return steps;
    }

    /** The last round whose held-out loss was measured; 0 if none was. */
    public long heldOutRound() {
        return heldOutRound;
    }

    /** Targets that the last held-out loss is of. */
    public long heldOutTokens() {
        return heldOutTokens;
    }

    /** What measuring all held-out losses took. */
    public long heldOutMillis() {
        return heldOutMillis;
    }

    /** A point of a loss curve: tokens trained on so far, and nats per token. */
    public record LossPoint(double tokens, double loss) {}
}
