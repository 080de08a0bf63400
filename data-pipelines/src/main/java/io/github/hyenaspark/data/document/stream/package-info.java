/** An input file as a stream: decompression, slices, a moving window. Start at {@link SliceReader}. */
@NullMarked
package io.github.hyenaspark.data.document.stream;

import org.jspecify.annotations.NullMarked;
