/**
 * Documents that could not be used, each with its place and reason, as lines of JSON. Start at
 * {@link QuarantineWriter}.
 */
@NullMarked
package io.github.hyenaspark.data.shard.quarantine;

import org.jspecify.annotations.NullMarked;
