/** How long the documents of a split are and where they lie, without asking any shard. Start at {@link SplitIndex}. */
@NullMarked
package io.github.hyenaspark.data.shard.index;

import org.jspecify.annotations.NullMarked;
