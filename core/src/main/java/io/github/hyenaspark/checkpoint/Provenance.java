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

    /**
     * What computed a run: the numeric contract, which alone decides its bits, and for information what else there was.
     *
     * @param contract version; 0 for runs from before there was one, whose bits depended on all the rest
     * @param since the first round of the run that was computed by this version
     */
    public record Numerics(String java, String backend, String blas, String threads, int contract, long since) {
        /** From before there was a contract. */
        public Numerics(String java, String backend, String blas, String threads) {
            this(java, backend, blas, threads, 0, 0);
        }

        /** Of a run that goes on with these after a round that was computed with {@code earlier}. */
        public Numerics after(long round, Numerics earlier) {
            long first = contract == earlier.contract ? earlier.since : round + 1;
            return new Numerics(java, backend, blas, threads, contract, first);
        }

        public ObjectNode toJson() {
            ObjectNode json = Json.object()
                    .put("java", java)
                    .put("backend", backend)
                    .put("blas", blas)
                    .put("threads", threads);
            return contract == 0 ? json : json.put("contract", contract).put("contract_since_round", since);
        }

        static Numerics fromJson(String file, ObjectNode json) throws CorruptFileException {
            boolean before = !json.has("contract");
            return new Numerics(
                    Json.text(json, file, "java"),
                    Json.text(json, file, "backend"),
                    Json.text(json, file, "blas"),
                    Json.text(json, file, "threads"),
                    before ? 0 : Math.toIntExact(Json.wholeNumber(json, file, "contract")),
                    before ? 0 : Json.wholeNumber(json, file, "contract_since_round"));
        }
    }
}
