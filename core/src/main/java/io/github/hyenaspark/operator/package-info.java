/**
 * The mathematics of the paper (arXiv 2302.10866) on arrays: filters, gates, blocks and the head. Each comes in the
 * float form that runs and in a plain double form that explains and checks it. Knows ND4J's memory and matrix product,
 * not DL4J; start at {@link io.github.hyenaspark.operator.hyena.HyenaOperator}.
 */
@NullMarked
package io.github.hyenaspark.operator;

import org.jspecify.annotations.NullMarked;
