/**
 * One work unit, from documents to shards: a pure function of unit, recipe and text that publishes only immutable
 * objects. Runs without Spark. Start at {@link UnitWork}.
 */
@NullMarked
package io.github.hyenaspark.data.prepare.unit;

import org.jspecify.annotations.NullMarked;
