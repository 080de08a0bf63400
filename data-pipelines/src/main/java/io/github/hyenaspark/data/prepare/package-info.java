/** The settings of prepare, and the spec of a dataset that follows from them. Start at {@link DataConfig}. */
@NullMarked
package io.github.hyenaspark.data.prepare;

import org.jspecify.annotations.NullMarked;
