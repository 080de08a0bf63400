/** One work unit, from documents to shards, without Spark and without side effects. Start at {@link UnitWork}. */
@NullMarked
package io.github.hyenaspark.data.prepare.unit;

import org.jspecify.annotations.NullMarked;
