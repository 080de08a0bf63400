/**
 * The settings of training, validated, with their defaults explained. Everything else in training takes its choices
 * from here. Start at {@link TrainConfig}.
 */
@NullMarked
package io.github.hyenaspark.train.config;

import org.jspecify.annotations.NullMarked;
