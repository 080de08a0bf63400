/**
 * Token ids into batches of plain arrays. Every batch is addressed by round, worker and step, so that reading can
 * resume anywhere. Start at {@link TokenBatches}.
 */
@NullMarked
package io.github.hyenaspark.data.batch;

import org.jspecify.annotations.NullMarked;
