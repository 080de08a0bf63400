package io.github.hyenaspark.data.shard.quarantine;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.hyenaspark.data.bytes.Utf8;
import io.github.hyenaspark.io.CorruptFileException;
import io.github.hyenaspark.io.Json;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;
import java.util.Locale;

/**
 * A document that is not in the dataset, the place of its fault, and its first bytes, at most 256. Do not compare by
 * {@code equals}: they are the caller's array.
 */
public record QuarantineEntry(String path, long position, long offset, Kind kind, String reason, byte[] beginning) {
    /** Why a document is left out: it is unreadable, or a filter or step refuses it. */
    public enum Kind {
        BAD,
        FILTERED;

        private String text() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    private static final int BEGINNING_BYTES = 256;

    public QuarantineEntry {
        beginning = beginning.length <= BEGINNING_BYTES ? beginning : Arrays.copyOf(beginning, BEGINNING_BYTES);
    }

    ObjectNode toJson() {
        ObjectNode json = Json.object()
                .put("path", path)
                .put("position", position)
                .put("offset", offset)
                .put("kind", kind.text())
                .put("reason", reason);
        try {
            return json.put("beginning", text(beginning));
        } catch (CharacterCodingException e) {
            return json.put("beginning_base64", Base64.getEncoder().encodeToString(beginning));
        }
    }

    static QuarantineEntry fromJson(JsonNode json, String where) throws CorruptFileException {
        return new QuarantineEntry(
                Json.text(json, where, "path"),
                Json.wholeNumber(json, where, "position"),
                Json.wholeNumber(json, where, "offset"),
                kind(Json.text(json, where, "kind"), where),
                Json.text(json, where, "reason"),
                beginning(json, where));
    }

    private static Kind kind(String found, String where) throws CorruptFileException {
        return Arrays.stream(Kind.values())
                .filter(kind -> kind.text().equals(found))
                .findFirst()
                .orElseThrow(() -> new CorruptFileException(where, "bad or filtered as \"kind\"", "\"" + found + "\""));
    }

    private static byte[] beginning(JsonNode json, String where) throws CorruptFileException {
        if (json.has("beginning")) {
            return Json.text(json, where, "beginning").getBytes(StandardCharsets.UTF_8);
        }
        String base64 = Json.text(json, where, "beginning_base64");
        try {
            return Base64.getDecoder().decode(base64);
        } catch (IllegalArgumentException e) {
            throw new CorruptFileException(where, "Base64 as \"beginning_base64\"", "\"" + base64 + "\"");
        }
    }

    /** Without an incomplete last character. */
    private static String text(byte[] beginning) throws CharacterCodingException {
        int end = beginning.length;
        if (end == BEGINNING_BYTES) {
            int last = end - 1;
            while (last > end - 4 && Utf8.lengthOf(beginning[last] & 0xFF) == 0) {
                last--;
            }
            end = last + Utf8.lengthOf(beginning[last] & 0xFF) > end ? last : end;
        }
        return StandardCharsets.UTF_8
                .newDecoder()
                .decode(ByteBuffer.wrap(beginning, 0, end))
                .toString();
    }
}
