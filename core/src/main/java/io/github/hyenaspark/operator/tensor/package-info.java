/**
 * Float arrays outside the heap, matrix products, and the loops, threads and workspaces that every operator computes
 * with. Knows nothing of models: what is here would serve any network. Start at {@link FloatArray}, then
 * {@link ForwardContext}.
 */
@NullMarked
package io.github.hyenaspark.operator.tensor;

import org.jspecify.annotations.NullMarked;
