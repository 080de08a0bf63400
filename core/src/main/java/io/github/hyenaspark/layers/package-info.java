/** What DL4J sees: thin shells over the operators, for anyone's ComputationGraph. Start at {@link HyenaLayer}. */
@NullMarked
package io.github.hyenaspark.layers;

import org.jspecify.annotations.NullMarked;
