package io.github.hyenaspark.data.document.parquet;

/**
 * A row group of a Parquet file.
 *
 * @param index in the file
 * @param start byte offset of its first byte
 * @param firstRow number in the file of its first row
 * @param rows at least 1
 * @param bytes of all its columns as they are stored
 */
record ParquetRowGroup(int index, long start, long firstRow, long rows, long bytes) {
    /** Its bytes shared out evenly among its rows: what the first so many of them have. */
    long bytesOf(long firstRows) {
        return Math.round(bytes * (firstRows / (double) rows));
    }
}
