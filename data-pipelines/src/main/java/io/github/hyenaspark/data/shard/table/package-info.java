/** The document table: one Parquet part per work unit, one row per document. Start at {@link DocumentTable}. */
@NullMarked
package io.github.hyenaspark.data.shard.table;

import org.jspecify.annotations.NullMarked;
