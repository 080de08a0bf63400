/** Multi-head causal attention (arXiv 1706.03762), block by block. Start at {@link AttentionOperator}. */
@NullMarked
package io.github.hyenaspark.operator.attention;

import org.jspecify.annotations.NullMarked;
