/** Which documents repeat earlier ones, found by merging sorted keys. Start at {@link DuplicateRule}. */
@NullMarked
package io.github.hyenaspark.data.prepare.duplicate;

import org.jspecify.annotations.NullMarked;
