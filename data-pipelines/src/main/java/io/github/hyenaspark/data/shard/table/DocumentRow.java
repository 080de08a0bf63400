package io.github.hyenaspark.data.shard.table;

import io.github.hyenaspark.data.shard.Split;
import java.util.Collections;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * One document's row of the {@link DocumentTable}. Do not compare by {@code equals}: the signature is the caller's
 * array, not copied.
 *
 * @param id 32 hexadecimal digits, of its place or of the identifier in its source
 * @param contentHash 128 bits of the hash of the tokenized text, 32 lower-case hexadecimal digits
 * @param position in that file: byte offset, or row number
 * @param document number among the documents of its split in the unit, across its shards, from 0
 * @param signature for near duplicates; empty if there is none
 */
public record DocumentRow(
        String id,
        String contentHash,
        String path,
        long position,
        Split split,
        int document,
        long tokens,
        long bytes,
        byte[] signature,
        SortedMap<String, String> columns) {
    private static final int HASH_DIGITS = 32;

    public DocumentRow {
        if (contentHash.length() != HASH_DIGITS) {
            throw new IllegalArgumentException(
                    "a content hash has " + HASH_DIGITS + " hexadecimal digits, found \"" + contentHash + "\"");
        }
        columns = columns.isEmpty()
                ? Collections.emptySortedMap()
                : Collections.unmodifiableSortedMap(new TreeMap<>(columns));
    }

    /** The part of a {@link DocumentRow} that identifies duplicates; its array is the receiver's. */
    public record Key(String contentHash, byte[] signature, Split split, int document, long tokens) {}
}
