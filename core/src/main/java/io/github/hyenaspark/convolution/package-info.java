/**
 * The long causal convolution on rows of floats. One interface, one plain kernel; a plain double form beside it is the
 * oracle. A leaf: it knows no ND4J.
 */
@NullMarked
package io.github.hyenaspark.convolution;

import org.jspecify.annotations.NullMarked;
