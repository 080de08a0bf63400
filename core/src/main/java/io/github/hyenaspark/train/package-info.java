/**
 * Training that needs no cluster: one worker's local steps from a common state. Everything here is a pure function of
 * its arguments. Start at {@link LocalTrainer}.
 */
@NullMarked
package io.github.hyenaspark.train;

import org.jspecify.annotations.NullMarked;
