package io.github.hyenaspark.checkpoint;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.hyenaspark.io.CorruptFileException;
import io.github.hyenaspark.io.Json;
import java.util.ArrayList;
import java.util.List;

/**
 * How far training has got: completed outer steps, local steps t of every worker, its best round, and the changes of
 * its settings, oldest first. The settings of the checkpoint have the changes already.
 */
public record TrainingProgress(long outerSteps, long innerSteps, Best best, List<Change> changes) {
    public static final TrainingProgress NONE = new TrainingProgress(0, 0, Best.NONE, List.of());

    public TrainingProgress {
        changes = List.copyOf(changes);
        if (outerSteps < 0 || innerSteps < 0) {
            throw new IllegalArgumentException(
                    "outer steps and inner steps must be 0 or more, found " + outerSteps + " and " + innerSteps);
        }
    }

    ObjectNode toJson() {
        ObjectNode json = Json.object().put("outer_steps", outerSteps).put("inner_steps", innerSteps);
        json.setAll(best.toJson());
        if (!changes.isEmpty()) {
            ArrayNode array = json.putArray("changes");
            changes.forEach(change -> array.add(change.toJson()));
        }
        return json;
    }

    static TrainingProgress fromJson(String file, JsonNode json) throws CorruptFileException {
        List<Change> changes = new ArrayList<>();
        if (json.has("changes")) {
            for (JsonNode change : Json.elements(json, file, "changes")) {
                changes.add(Change.fromJson(file, change));
            }
        }
        return new TrainingProgress(
                Json.wholeNumber(json, file, "outer_steps"),
                Json.wholeNumber(json, file, "inner_steps"),
                Best.fromJson(file, json),
                changes);
    }

    /**
     * The lowest held-out loss so far, nats per token, infinite if none was measured as it is now; its round, 0 if none
     * or, in runs of version 0.1, unknown; and how often the loss was measured since.
     */
    public record Best(double loss, long round, long measuredSince) {
        public static final Best NONE = new Best(Double.POSITIVE_INFINITY, 0, 0);

        public Best {
            if (Double.isNaN(loss) || round < 0 || measuredSince < 0) {
                throw new IllegalArgumentException(
                        "the best held-out loss, its round and the measurements since must be" + " numbers, found "
                                + loss + ", " + round + " and " + measuredSince);
            }
        }

        /** With the held-out loss of a later round. */
        public Best after(long laterRound, double laterLoss) {
            return laterLoss < loss ? new Best(laterLoss, laterRound, 0) : new Best(loss, round, measuredSince + 1);
        }

        /**
         * Before the held-out loss is measured in another way: the next loss is the lowest, since it cannot be compared
         * with those so far. Until then the round stays the best.
         */
        public Best measuredOtherwise() {
            return new Best(NONE.loss(), round, 0);
        }

        /** Only what is known. */
        public ObjectNode toJson() {
            ObjectNode json = Json.object();
            if (Double.isFinite(loss)) {
                json.put("best_held_out_loss", loss);
            }
            if (round > 0) {
                json.put("best_round", round);
            }
            if (measuredSince > 0) {
                json.put("measured_since_best", measuredSince);
            }
            return json;
        }

        private static Best fromJson(String file, JsonNode json) throws CorruptFileException {
            return new Best(
                    json.has("best_held_out_loss") ? Json.number(json, file, "best_held_out_loss") : NONE.loss(),
                    json.has("best_round") ? Json.wholeNumber(json, file, "best_round") : 0,
                    json.has("measured_since_best") ? Json.wholeNumber(json, file, "measured_since_best") : 0);
        }
    }

    /** A setting that a resume changed, with its values as JSON, and the first round that it holds for, from 1. */
    public record Change(long fromRound, String key, String was, String is) {
        public ObjectNode toJson() {
            return Json.object()
                    .put("from_round", fromRound)
                    .put("key", key)
                    .put("was", was)
                    .put("is", is);
        }

        private static Change fromJson(String file, JsonNode json) throws CorruptFileException {
            return new Change(
                    Json.wholeNumber(json, file, "from_round"),
                    Json.text(json, file, "key"),
                    Json.text(json, file, "was"),
                    Json.text(json, file, "is"));
        }

        @Override
        public String toString() {
            return key + " was " + was + " and is " + is;
        }
    }
}
