/** How good the predictions of labels are: metrics of one fold, and their mean and deviation over folds. */
@NullMarked
package io.github.hyenaspark.jobs.fit.metrics;

import org.jspecify.annotations.NullMarked;
