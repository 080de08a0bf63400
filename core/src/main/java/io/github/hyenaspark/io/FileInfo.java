package io.github.hyenaspark.io;

/**
 * A file in a {@link Storage}; without hashes (empty and -1) when it was only listed.
 *
 * @param uri absolute, as {@link Storage#qualify} writes it
 * @param sha256 in lower-case hexadecimal
 * @param crc32c CRC-32C of the content, 0 to 2^32-1
 * @param modifiedMillis last change by the store's clock, milliseconds since 1970; 0 unless it was listed
 */
public record FileInfo(String uri, long bytes, String sha256, long crc32c, long modifiedMillis) {
    static FileInfo listed(String uri, long bytes, long modifiedMillis) {
        return new FileInfo(uri, bytes, "", -1, modifiedMillis);
    }

    public String name() {
        return uri.substring(uri.lastIndexOf('/') + 1);
    }

    public boolean sameContent(FileInfo other) {
        return bytes == other.bytes && crc32c == other.crc32c && sha256.equals(other.sha256);
    }
}
