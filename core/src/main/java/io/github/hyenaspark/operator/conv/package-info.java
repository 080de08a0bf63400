/** The convolutional mixer, a gated causal depthwise filter of explicit taps. Start at {@link GatedConvolution}. */
@NullMarked
package io.github.hyenaspark.operator.conv;

import org.jspecify.annotations.NullMarked;
