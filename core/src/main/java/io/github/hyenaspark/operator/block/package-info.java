/** One block of the language model, which can recompute its activations. Start at {@link Block}. */
@NullMarked
package io.github.hyenaspark.operator.block;

import org.jspecify.annotations.NullMarked;
