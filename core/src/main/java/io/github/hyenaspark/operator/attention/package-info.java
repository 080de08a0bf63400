/**
 * Multi-head causal attention (arXiv 1706.03762), computed block by block so that memory grows with the length, not
 * with its square. A form for generation keeps keys and values. Start at {@link AttentionOperator}.
 */
@NullMarked
package io.github.hyenaspark.operator.attention;

import org.jspecify.annotations.NullMarked;
