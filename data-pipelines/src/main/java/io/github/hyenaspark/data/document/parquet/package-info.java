/** Documents of Parquet files: a row each, read a row group at a time. Start at {@link ParquetDocuments}. */
@NullMarked
package io.github.hyenaspark.data.document.parquet;

import org.jspecify.annotations.NullMarked;
