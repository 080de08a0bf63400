/**
 * The journal of a run, a line of JSON for each round, and the TensorBoard file made from it. Start at {@link Journal}.
 */
@NullMarked
package io.github.hyenaspark.jobs.report.journal;

import org.jspecify.annotations.NullMarked;
