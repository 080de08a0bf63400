/** Token ids on disk, in files that are both MDS shards and Megatron datasets. Start at {@link ShardWriter}. */
@NullMarked
package io.github.hyenaspark.data.shard;

import org.jspecify.annotations.NullMarked;
