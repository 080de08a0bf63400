package io.github.hyenaspark.data.shard.table;

import io.github.hyenaspark.data.shard.Split;

/**
 * The part of a {@link DocumentRow} that tells duplicates. Not compared by {@code equals}: the signature is an array,
 * which is the receiver's.
 *
 * @param contentHash 32 lower-case hexadecimal digits
 * @param signature for near duplicates; empty if there is none
 * @param split where it belongs
 * @param document number among the documents of its split in the unit, from 0
 */
public record DocumentKey(String contentHash, byte[] signature, Split split, int document) {}
