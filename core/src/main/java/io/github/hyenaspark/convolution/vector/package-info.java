/**
 * The long convolution's kernel in the JDK's Vector API; {@code KernelChoice} loads it by name where the JVM has the
 * module. Its results agree with those of the scalar kernel within rounding. Start at {@code VectorKernel}.
 */
@NullMarked
package io.github.hyenaspark.convolution.vector;

import org.jspecify.annotations.NullMarked;
