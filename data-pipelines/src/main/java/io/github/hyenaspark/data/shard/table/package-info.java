/**
 * The document table: one Parquet part for each work unit, with a row for every document, which any SQL tool reads.
 * Start at {@link DocumentTable}.
 */
@NullMarked
package io.github.hyenaspark.data.shard.table;

import org.jspecify.annotations.NullMarked;
