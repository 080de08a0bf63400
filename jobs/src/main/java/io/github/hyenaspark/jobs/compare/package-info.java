/**
 * The command {@code compare}: trains several mixers on the same tokens and draws what came of it. Start at
 * {@link CompareJob}.
 */
@NullMarked
package io.github.hyenaspark.jobs.compare;

import org.jspecify.annotations.NullMarked;
