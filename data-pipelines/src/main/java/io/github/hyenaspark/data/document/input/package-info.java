/** Which files an input has, what format each is in, and the reader that opens it. Start at {@link DocumentReaders}. */
@NullMarked
package io.github.hyenaspark.data.document.input;

import org.jspecify.annotations.NullMarked;
