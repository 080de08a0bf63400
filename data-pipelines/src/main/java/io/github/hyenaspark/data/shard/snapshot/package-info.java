/**
 * What belongs to a dataset at one time: an immutable list of units and shards, created last. Start at
 * {@link DatasetSnapshot}.
 */
@NullMarked
package io.github.hyenaspark.data.shard.snapshot;

import org.jspecify.annotations.NullMarked;
