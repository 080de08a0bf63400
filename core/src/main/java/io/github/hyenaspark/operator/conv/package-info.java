/**
 * The convolutional mixer: a causal depthwise filter of explicit taps, gated as in a gated linear unit (arXiv
 * 1612.08083). Short filters run directly, long ones by the long convolution. Start at {@link GatedConvolution}.
 */
@NullMarked
package io.github.hyenaspark.operator.conv;

import org.jspecify.annotations.NullMarked;
