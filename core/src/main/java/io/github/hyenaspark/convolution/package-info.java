/** The long causal convolution on rows of floats and its gradients; knows no ND4J. Start at {@link LongConvolution}. */
@NullMarked
package io.github.hyenaspark.convolution;

import org.jspecify.annotations.NullMarked;
