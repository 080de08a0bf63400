/** Normalisation, quality filters, and the MinHash signature of texts. Start at {@link CleanConfig}. */
@NullMarked
package io.github.hyenaspark.data.document.clean;

import org.jspecify.annotations.NullMarked;
