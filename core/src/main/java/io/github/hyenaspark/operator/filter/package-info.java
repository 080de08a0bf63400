/**
 * Long filters: what makes the taps of a long convolution, from a sine network, explicit taps, Fourier modes or
 * state-space models (section 4.1 of arXiv 2302.10866). A filter is evaluated once per pass and shared by all sequences
 * of a batch. Start at {@link FilterConfig}.
 */
@NullMarked
package io.github.hyenaspark.operator.filter;

import org.jspecify.annotations.NullMarked;
