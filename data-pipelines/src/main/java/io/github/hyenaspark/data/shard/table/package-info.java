/**
 * What became of each document: the document table has those of the dataset, the quarantine the others, in a file of
 * each for every work unit. Start at {@link DocumentTable}.
 */
@NullMarked
package io.github.hyenaspark.data.shard.table;

import org.jspecify.annotations.NullMarked;
