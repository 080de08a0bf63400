/** Which documents an input has; a reader streams them where the format allows. Start at {@link DocumentReader}. */
@NullMarked
package io.github.hyenaspark.data.document;

import org.jspecify.annotations.NullMarked;
