/**
 * One work unit, and the commit of many. It joins documents, tokens and shards, and runs without Spark. Start at
 * {@link io.github.hyenaspark.data.prepare.unit.UnitWork}.
 */
@NullMarked
package io.github.hyenaspark.data.prepare;

import org.jspecify.annotations.NullMarked;
