/**
 * The commands that look at what is there: {@code inspect}, {@code inspect memory} and {@code verify}. They need no
 * Spark session, but {@code verify} of a dataset uses one on a cluster. Start at {@link InspectJob}.
 */
@NullMarked
package io.github.hyenaspark.jobs.inspect;

import org.jspecify.annotations.NullMarked;
