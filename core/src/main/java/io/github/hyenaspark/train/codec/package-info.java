/**
 * How vectors of floats are encoded on their way between workers and driver: fp32, bf16, int8 or int4 in blocks. The
 * vector and the scalar loops give the same bits. Start at {@link Codec}.
 */
@NullMarked
package io.github.hyenaspark.train.codec;

import org.jspecify.annotations.NullMarked;
