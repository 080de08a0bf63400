/**
 * Documents in: where they are and how their bytes are read. A document is never held whole unless its reader asks for
 * it. Start at Document.
 */
@NullMarked
package io.github.hyenaspark.data.document;

import org.jspecify.annotations.NullMarked;
