/** Token ids into batches, each addressed so that reading resumes anywhere. Start at {@link TokenBatches}. */
@NullMarked
package io.github.hyenaspark.data.batch;

import org.jspecify.annotations.NullMarked;
