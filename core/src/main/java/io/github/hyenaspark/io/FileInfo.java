package io.github.hyenaspark.io;

/**
 * A file in a {@link Storage}; without hashes (empty and -1) when it was only listed.
 *
 * @param uri absolute, as {@link Storage#qualify} writes it
 * @param sha256 in lower-case hexadecimal
 * @param crc32c CRC-32C of the content, 0 to 2^32-1
 * @param modifiedMillis last change by the store's clock, milliseconds since 1970; 0 unless it was listed
 * @param etag what the store says of the content, the same for the same bytes, on S3 if they were uploaded in parts of
 *     the same size; empty if its listings say nothing
 */
public record FileInfo(String uri, long bytes, String sha256, long crc32c, long modifiedMillis, String etag) {
    static FileInfo listed(String uri, long bytes, long modifiedMillis, String etag) {
        return new FileInfo(uri, bytes, "", -1, modifiedMillis, etag);
    }

    public String name() {
        return uri.substring(uri.lastIndexOf('/') + 1);
    }

    public boolean sameContent(FileInfo other) {
        return bytes == other.bytes && crc32c == other.crc32c && sha256.equals(other.sha256);
    }
}
