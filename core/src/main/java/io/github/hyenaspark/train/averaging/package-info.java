/**
 * What happens between two rounds: encoding what a worker found, the weighted average in worker order, and the outer
 * optimizer's step. Pure functions of their arguments. Start at {@link Averaging}.
 */
@NullMarked
package io.github.hyenaspark.train.averaging;

import org.jspecify.annotations.NullMarked;
