/**
 * What a dataset knows of its input: the segments that commits write, and the files behind their units. Start at
 * {@link SegmentWriter}.
 */
@NullMarked
package io.github.hyenaspark.data.prepare.segment;

import org.jspecify.annotations.NullMarked;
