package io.github.hyenaspark.io;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import com.fasterxml.jackson.databind.node.ObjectNode;

/** A JSON object whose last key holds the SHA-256 of all other bytes of its file. */
public enum SealedJson {
    /** The hash of the file without this key. */
    SEAL("seal", false),
    /** The hash of the file with zeros in place of the digits. */
    MANIFEST_SHA256("manifest_sha256", true);

    private static final int DIGITS = 64;
    private static final String END = "\n}\n";

    private final String key;
    private final String before;
    private final String hashed; // what ends the hashed bytes in place of the key

    SealedJson(String name, boolean zeros) {
        key = name;
        before = ",\n  \"" + name + "\" : \"";
        hashed = zeros ? before + "0".repeat(DIGITS) + "\"\n}\n" : "\n}\n";
    }

    public byte[] seal(ObjectNode object) {
        object.remove(key);
        String open = new String(Json.bytes(object), ISO_8859_1);
        open = open.substring(0, open.length() - END.length());
        return (open + before + hash(open) + "\"" + END).getBytes(ISO_8859_1);
    }

    /** The object without its hash; CorruptFileException if a byte has changed since {@link #seal}. */
    public ObjectNode open(String file, byte[] bytes) throws CorruptFileException {
        String text = new String(bytes, ISO_8859_1);
        int digits = text.length() - DIGITS - 1 - END.length();
        if (!text.endsWith("\"" + END) || !text.startsWith(before, digits - before.length())) {
            throw new CorruptFileException(file, "the key " + key + " at the end", "none");
        }
        String found = text.substring(digits, digits + DIGITS);
        String computed = hash(text.substring(0, digits - before.length()));
        if (!found.equals(computed)) {
            throw new CorruptFileException(file, "bytes with the " + key + " " + found, computed);
        }
        ObjectNode object = (ObjectNode) Json.parse(file, bytes);
        object.remove(key);
        return object;
    }

    private String hash(String open) {
        return Hashes.sha256((open + hashed).getBytes(ISO_8859_1));
    }
}
