/**
 * What happens to a text between reading and tokenizing: normalization, quality filters, and the MinHash signature that
 * near duplicates are found by. Start at {@link CleanConfig}.
 */
@NullMarked
package io.github.hyenaspark.data.document.clean;

import org.jspecify.annotations.NullMarked;
