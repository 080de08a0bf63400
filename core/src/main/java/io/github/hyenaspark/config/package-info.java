/** Settings become validated records; a leaf that knows none of them. Start at {@link Settings}. */
@NullMarked
package io.github.hyenaspark.config;

import org.jspecify.annotations.NullMarked;
