/** The long convolution's kernel in the JDK's Vector API. Start at {@code VectorKernelSource}. */
@NullMarked
package io.github.hyenaspark.convolution.vector;

import org.jspecify.annotations.NullMarked;
