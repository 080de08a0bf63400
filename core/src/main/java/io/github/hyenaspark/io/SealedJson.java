package io.github.hyenaspark.io;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Arrays;

/**
 * A JSON object that carries the SHA-256 of itself under the last key, {@code seal}. Its bytes are exactly those that
 * {@link #bytes} gives, so any change of any byte is noticed by whoever opens it.
 */
public final class SealedJson {
    private static final String SEAL = "seal";

    private SealedJson() {}

    /** The bytes of an object with its seal; the object is changed. */
    public static byte[] bytes(ObjectNode object) {
        object.remove(SEAL);
        return Json.bytes(object.put(SEAL, Hashes.sha256(Json.bytes(object))));
    }

    /**
     * Reads an object that was sealed.
     *
     * @param file where the bytes are from, for the message
     * @return the object without its seal
     * @throws CorruptFileException if a byte is not what it was when it was sealed
     */
    public static ObjectNode open(String file, byte[] bytes) throws CorruptFileException {
        JsonNode tree = Json.parse(file, bytes);
        String expected = Json.text(tree, file, SEAL);
        ObjectNode object = (ObjectNode) tree;
        byte[] asWritten = Json.bytes(object);
        object.remove(SEAL);
        String found = Hashes.sha256(Json.bytes(object));
        if (!found.equals(expected) || !Arrays.equals(bytes, asWritten)) {
            throw new CorruptFileException(file, "the content whose SHA-256 is " + expected, "other bytes");
        }
        return object;
    }
}
