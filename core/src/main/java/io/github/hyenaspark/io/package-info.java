/**
 * Files on local disk, HDFS and S3 through Hadoop's FileSystem, created exclusively and verified on reading, and the
 * small tools that every room shares. Knows nothing of models or data. Start at {@link Storage}.
 */
@NullMarked
package io.github.hyenaspark.io;

import org.jspecify.annotations.NullMarked;
