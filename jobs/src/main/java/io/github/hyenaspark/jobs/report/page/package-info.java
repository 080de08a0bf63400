/**
 * The pages that people open: a run, a dataset, an evaluation, a comparison. They draw numbers that others measured.
 * Start at {@link RunPage}.
 */
@NullMarked
package io.github.hyenaspark.jobs.report.page;

import org.jspecify.annotations.NullMarked;
