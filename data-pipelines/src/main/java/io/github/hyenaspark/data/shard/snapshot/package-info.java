/** What belongs to a dataset at one time, created last, never changed. Start at {@link DatasetSnapshot}. */
@NullMarked
package io.github.hyenaspark.data.shard.snapshot;

import org.jspecify.annotations.NullMarked;
