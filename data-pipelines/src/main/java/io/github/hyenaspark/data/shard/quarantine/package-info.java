/** Documents that could not be used, with place and reason, as JSON lines. Start at {@link Quarantine}. */
@NullMarked
package io.github.hyenaspark.data.shard.quarantine;

import org.jspecify.annotations.NullMarked;
