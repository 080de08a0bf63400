/**
 * Bytes of an input file as a stream: decompression, slices, blocks, and searching in them. A file that changes while
 * it is read is refused. Start at {@link SliceReader}.
 */
@NullMarked
package io.github.hyenaspark.data.document.stream;

import org.jspecify.annotations.NullMarked;
