package io.github.hyenaspark.checkpoint;

import io.github.hyenaspark.io.Storage;
import io.github.hyenaspark.io.StoredFile;

/**
 * The file of one vector, as the manifest has it.
 *
 * @param vector name of the vector, for example {@code theta}
 * @param path relative to the run's directory, so that a run can be moved
 * @param bytes length
 * @param crc32c CRC-32C of the content
 * @param sha256 SHA-256 of the content, hexadecimal
 */
public record VectorFile(String vector, String path, long bytes, long crc32c, String sha256) {
    /** The file as it must be in a storage. */
    StoredFile in(String runDirectory) {
        return new StoredFile(Storage.resolve(runDirectory, path), bytes, sha256, crc32c, 0);
    }
}
