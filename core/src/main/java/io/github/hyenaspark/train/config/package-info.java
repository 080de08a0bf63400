/**
 * The validated settings of training. Start at {@link TrainConfig}.
 */
@NullMarked
package io.github.hyenaspark.train.config;

import org.jspecify.annotations.NullMarked;
