package io.github.hyenaspark.data.shard.table;

import io.github.hyenaspark.io.Hashes;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.List;

/** The hash of a table's rows in their order, whatever file they are in: SHA-256 over all values with their lengths. */
final class RowHash {
    private static final int DIGITS = 16;

    private final MessageDigest sha256 = Hashes.newSha256();
    private final List<String> columns;

    /** Of rows with these further columns. */
    RowHash(List<String> columns) {
        this.columns = List.copyOf(columns);
        columns.forEach(this::add);
    }

    void add(DocumentRow row) {
        add(row.id());
        add(row.contentHash());
        add(row.path());
        add(row.position());
        add(row.split().folder());
        add(row.document());
        add(row.tokens());
        add(row.bytes());
        add(row.signature());
        for (String column : columns) {
            String value = row.columns().get(column);
            if (value == null) {
                add(-1);
            } else {
                add(value);
            }
        }
    }

    private void add(String text) {
        add(text.getBytes(StandardCharsets.UTF_8));
    }

    private void add(byte[] bytes) {
        add(bytes.length);
        sha256.update(bytes);
    }

    private void add(long number) {
        sha256.update(ByteBuffer.allocate(Long.BYTES).putLong(0, number));
    }

    /** The first hexadecimal digits; no row can be added after it. */
    String digits() {
        return Hashes.hex(sha256.digest()).substring(0, DIGITS);
    }
}
