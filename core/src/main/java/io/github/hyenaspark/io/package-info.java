/**
 * Trustworthy files on local disk, HDFS and S3 through Hadoop's FileSystem. Whatever is published is created
 * exclusively and can be read back and checked. A leaf that knows nothing of models or data; start at {@link Storage}.
 */
@NullMarked
package io.github.hyenaspark.io;

import org.jspecify.annotations.NullMarked;
