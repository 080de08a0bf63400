package io.github.hyenaspark.data.shard;

import io.github.hyenaspark.io.Refusal;

/**
 * What all shards of a dataset share: ids are in [0, V), and a shard is cut before it exceeds its bytes, but a longer
 * document gets one of its own.
 */
public record ShardFormat(TokenType type, int vocabularySize, long shardBytes) {
    /** MDS offsets are unsigned 32-bit numbers. */
    static final long LARGEST_SHARD = (1L << 32) - 1;

    public ShardFormat {
        boolean fits = shardBytes >= 1 && shardBytes <= LARGEST_SHARD;
        Refusal.unless(fits, "data.shard-bytes", shardBytes, "1 to " + LARGEST_SHARD + " bytes");
    }

    public static ShardFormat of(int vocabularySize, long shardBytes) {
        return new ShardFormat(TokenType.of(vocabularySize), vocabularySize, shardBytes);
    }

    /** The most tokens of a document: MDS offsets have 32 bits, Megatron's lengths 31. */
    public long longestDocument() {
        long header = new MdsLayout(this, new int[] {1}).pointer(0) + Long.BYTES;
        return Math.min(Integer.MAX_VALUE, (LARGEST_SHARD - header) / type.bytes());
    }
}
