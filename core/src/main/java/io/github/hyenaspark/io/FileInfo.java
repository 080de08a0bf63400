package io.github.hyenaspark.io;

/**
 * A file in a {@link Storage}.
 *
 * @param uri absolute, as {@link Storage#qualify} writes it
 * @param bytes length
 * @param sha256 SHA-256 of the content in lower-case hexadecimal; empty when the file was only listed
 * @param crc32c CRC-32C of the content, 0 to 2^32-1; -1 when the file was only listed
 * @param modifiedMillis last change by the store's clock, milliseconds since 1970
 */
public record FileInfo(String uri, long bytes, String sha256, long crc32c, long modifiedMillis) {
    /** The last part of the URI. */
    public String name() {
        return uri.substring(uri.lastIndexOf('/') + 1);
    }

    /** Whether length and hashes are equal. */
    public boolean sameContent(FileInfo other) {
        return bytes == other.bytes && crc32c == other.crc32c && sha256.equals(other.sha256);
    }
}
