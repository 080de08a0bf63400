package io.github.hyenaspark.data.shard;

/**
 * One document in a {@link TokenSpool}.
 *
 * @param at byte offset of its first token
 * @param tokens how many, its end included
 * @param textBytes bytes of its text
 */
record SpooledDocument(long at, long tokens, long textBytes) {}
