/** What every reader of bytes shares: streams read in blocks, UTF-8, and eight bytes compared at a time. */
@NullMarked
package io.github.hyenaspark.data.bytes;

import org.jspecify.annotations.NullMarked;
