/**
 * The kernels of {@link io.github.hyenaspark.product.TileKernel} on vectors; the only code of its room that needs the
 * module.
 */
@NullMarked
package io.github.hyenaspark.product.vector;

import org.jspecify.annotations.NullMarked;
