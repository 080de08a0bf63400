package io.github.hyenaspark.checkpoint;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.hyenaspark.io.CorruptFileException;
import io.github.hyenaspark.io.FileInfo;
import io.github.hyenaspark.io.Json;
import io.github.hyenaspark.io.Storage;
import java.util.regex.Pattern;

/**
 * The file of one vector, as the manifest has it.
 *
 * @param vector name of the vector, for example {@code theta}
 * @param path {@code data/DIRECTORY/FILE}, relative to the run's directory, so that a run can be moved
 * @param bytes length
 * @param crc32c CRC-32C of the content
 * @param sha256 SHA-256 of the content, hexadecimal
 */
public record VectorFile(String vector, String path, long bytes, long crc32c, String sha256) {
    /** No part begins with a dot and there is no colon: nothing outside the run's data can be meant. */
    private static final Pattern PATH = Pattern.compile(RunLayout.DATA + "(/[A-Za-z0-9_-][A-Za-z0-9._-]{0,199}){2}");

    public VectorFile {
        if (!Checkpoint.VECTOR.matcher(vector).matches()) {
            throw new IllegalArgumentException(
                    "the name of a vector must be like outer-momentum, found \"" + vector + "\"");
        }
        if (!PATH.matcher(path).matches()) {
            throw new IllegalArgumentException("the path of vector " + vector
                    + " must be data/DIRECTORY/FILE within the run, found \"" + path + "\"");
        }
        if (bytes < 0 || crc32c < 0 || crc32c > 0xFFFF_FFFFL) {
            throw new IllegalArgumentException(
                    "vector " + vector + " needs a length and a CRC-32C, found " + bytes + " and " + crc32c);
        }
    }

    /** The file as it must be in a storage. */
    FileInfo in(String runDirectory) {
        return new FileInfo(Storage.resolve(runDirectory, path), bytes, sha256, crc32c, 0);
    }

    /** Name of the directory in the run's data. */
    String directory() {
        return path.substring(RunLayout.DATA.length() + 1, path.lastIndexOf('/'));
    }

    ObjectNode toJson() {
        return Json.object()
                .put("vector", vector)
                .put("path", path)
                .put("bytes", bytes)
                .put("crc32c", crc32c)
                .put("sha256", sha256);
    }

    static VectorFile fromJson(String file, JsonNode json) throws CorruptFileException {
        return new VectorFile(
                Json.text(json, file, "vector"),
                Json.text(json, file, "path"),
                Json.wholeNumber(json, file, "bytes"),
                Json.wholeNumber(json, file, "crc32c"),
                Json.text(json, file, "sha256"));
    }
}
