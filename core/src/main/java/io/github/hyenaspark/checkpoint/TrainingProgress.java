package io.github.hyenaspark.checkpoint;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.hyenaspark.io.CorruptFileException;
import io.github.hyenaspark.io.Json;
import java.util.OptionalDouble;

/**
 * How far training has got: completed outer steps, local steps t of every worker, and the lowest held-out loss so far,
 * nats per token, if one was measured. No bit of the parameters depends on it.
 */
public record TrainingProgress(long outerSteps, long innerSteps, OptionalDouble bestHeldOutLoss) {
    public TrainingProgress {
        if (outerSteps < 0 || innerSteps < 0) {
            throw new IllegalArgumentException(
                    "outer steps and inner steps must be 0 or more, found " + outerSteps + " and " + innerSteps);
        }
        if (bestHeldOutLoss.isPresent() && !Double.isFinite(bestHeldOutLoss.getAsDouble())) {
            throw new IllegalArgumentException(
                    "the best held-out loss must be finite, found " + bestHeldOutLoss.getAsDouble());
        }
    }

    ObjectNode toJson() {
        ObjectNode json = Json.object().put("outer_steps", outerSteps).put("inner_steps", innerSteps);
        bestHeldOutLoss.ifPresent(loss -> json.put("best_held_out_loss", loss));
        return json;
    }

    static TrainingProgress fromJson(String file, JsonNode json) throws CorruptFileException {
        return new TrainingProgress(
                Json.wholeNumber(json, file, "outer_steps"),
                Json.wholeNumber(json, file, "inner_steps"),
                json.has("best_held_out_loss")
                        ? OptionalDouble.of(Json.number(json, file, "best_held_out_loss"))
                        : OptionalDouble.empty());
    }
}
