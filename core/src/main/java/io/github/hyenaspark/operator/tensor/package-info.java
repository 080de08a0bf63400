/** Arrays outside the heap, and the loops, threads and workspaces of any network. Start at {@link FloatArray}. */
@NullMarked
package io.github.hyenaspark.operator.tensor;

import org.jspecify.annotations.NullMarked;
