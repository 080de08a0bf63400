/**
 * The long causal convolution on rows of floats, its gradients, and its form for a sequence that grows. One transform
 * runs in a vector and in a scalar kernel, of which one is chosen when the program starts; a double reference beside
 * them is the oracle. A leaf that knows no ND4J; start at {@link LongConvolution}.
 */
@NullMarked
package io.github.hyenaspark.convolution;

import org.jspecify.annotations.NullMarked;
