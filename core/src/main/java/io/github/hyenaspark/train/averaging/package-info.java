/**
 * What happens between two rounds: encoding the workers' results, averaging them in worker order, and the outer step.
 * Pure functions of their arguments. Start at {@link Averaging}.
 */
@NullMarked
package io.github.hyenaspark.train.averaging;

import org.jspecify.annotations.NullMarked;
