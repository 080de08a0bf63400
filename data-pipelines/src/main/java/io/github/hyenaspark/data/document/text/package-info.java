/**
 * Documents of text files: whole files, lines, separated blocks, and lines of JSON. Start at {@link TextFileDocuments}.
 */
@NullMarked
package io.github.hyenaspark.data.document.text;

import org.jspecify.annotations.NullMarked;
