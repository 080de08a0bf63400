/**
 * Matrix products in single precision with the same bits on every machine; knows neither ND4J nor layers. The order of
 * every sum is part of what a training computes, so it is written down at {@link Product}, where to start. Who asks has
 * the product done in its own thread.
 */
@NullMarked
package io.github.hyenaspark.product;

import org.jspecify.annotations.NullMarked;
