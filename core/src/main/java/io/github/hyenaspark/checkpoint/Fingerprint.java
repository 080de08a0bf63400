package io.github.hyenaspark.checkpoint;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.hyenaspark.io.Json;
import java.io.Serializable;

/**
 * What computed a result. Within one numeric contract the rest changes no bit; it is kept to prove that, and to find a
 * machine that breaks it.
 *
 * @param contract version of the numeric contract, {@code HyenaLanguageModel.NUMERIC_CONTRACT} of its program
 * @param java version and architecture
 * @param kernel of the convolution, with the lanes of its vectors
 * @param cpu as the processor names itself
 */
public record Fingerprint(int contract, String java, String kernel, String cpu) implements Serializable {
    public ObjectNode toJson() {
        return Json.object()
                .put("contract", contract)
                .put("java", java)
                .put("kernel", kernel)
                .put("cpu", cpu);
    }

    @Override
    public String toString() {
        return "numeric contract " + contract + " (Java " + java + ", kernel " + kernel + ", " + cpu + ")";
    }
}
