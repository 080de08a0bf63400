/**
 * What DL4J sees: thin shells over the operator package. Each layer is a configuration bean, its parameters and its
 * runtime. Anyone's ComputationGraph may use them; start at {@link HyenaLayer}.
 */
@NullMarked
package io.github.hyenaspark.layers;

import org.jspecify.annotations.NullMarked;
