/**
 * Models that predict labels of documents: the commands {@code fit} and {@code predict}. Start at {@link FitJob}, then
 * {@link Fitting}.
 */
@NullMarked
package io.github.hyenaspark.jobs.fit;

import org.jspecify.annotations.NullMarked;
