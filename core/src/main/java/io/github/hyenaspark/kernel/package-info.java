/**
 * How a JVM comes to its kernels, the innermost loops of numbers, whatever they compute: which of two it uses, and how
 * they are compiled before anything is timed. What a kernel computes stands in its own room. Start at
 * {@link KernelChoice}.
 */
@NullMarked
package io.github.hyenaspark.kernel;

import org.jspecify.annotations.NullMarked;
