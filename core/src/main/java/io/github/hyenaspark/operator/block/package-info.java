/**
 * One block of the language model: norm, mixer, add, norm, feed-forward, add. It knows every mixer and can recompute
 * its activations instead of keeping them. Start at {@link Block}.
 */
@NullMarked
package io.github.hyenaspark.operator.block;

import org.jspecify.annotations.NullMarked;
