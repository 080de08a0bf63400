package io.github.hyenaspark.checkpoint;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.hyenaspark.io.CorruptFileException;
import io.github.hyenaspark.io.Json;

/**
 * Where a checkpoint comes from. Others are named ROUND-EPOCH, like their manifest files.
 *
 * @param run identity of the run, created at its first save
 * @param parent the checkpoint saved or restored before; empty for the first
 * @param start the checkpoint that the driver's epoch resumed from; empty for a new run
 * @param writer host and process that saved
 * @param savedMillis by the writer's clock, since 1970; for information only
 */
public record Provenance(String run, String parent, String start, String writer, long savedMillis) {
    public Provenance {
        ManifestName.ofPrefix(parent);
        ManifestName.ofPrefix(start);
    }

    ObjectNode toJson() {
        return Json.object()
                .put("run", run)
                .put("parent", parent)
                .put("start", start)
                .put("writer", writer)
                .put("saved_millis", savedMillis);
    }

    static Provenance fromJson(String file, JsonNode json) throws CorruptFileException {
        return new Provenance(
                Json.text(json, file, "run"),
                Json.text(json, file, "parent"),
                Json.text(json, file, "start"),
                Json.text(json, file, "writer"),
                Json.wholeNumber(json, file, "saved_millis"));
    }

    /** What the bits of a result depend on besides its inputs: versions, threads, and what else is of the machine. */
    public record Numerics(String java, String backend, String blas, String threads) {
        /**
         * Whether a run with these may go on with what others computed. Version 0.1 wrote no version of the backend.
         */
        public boolean continues(Numerics earlier) {
            String withoutVersion = backend.replaceFirst("^(\\S+) [^,]*,", "$1 null,");
            return equals(earlier) || new Numerics(java, withoutVersion, blas, threads).equals(earlier);
        }

        public ObjectNode toJson() {
            return Json.object()
                    .put("java", java)
                    .put("backend", backend)
                    .put("blas", blas)
                    .put("threads", threads);
        }
    }
}
