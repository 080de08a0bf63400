/**
 * Documents in: which files an input has, and the documents in them. A document is never held whole unless its reader
 * asks for it. Start at {@link DocumentReader}.
 */
@NullMarked
package io.github.hyenaspark.data.document;

import org.jspecify.annotations.NullMarked;
