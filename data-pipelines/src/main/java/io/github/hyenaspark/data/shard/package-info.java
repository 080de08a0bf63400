/**
 * Token ids on disk: one file that is at once an MDS shard and a Megatron .bin. A snapshot lists what belongs to a
 * dataset and is created last. Start at {@link ShardWriter}.
 */
@NullMarked
package io.github.hyenaspark.data.shard;

import org.jspecify.annotations.NullMarked;
