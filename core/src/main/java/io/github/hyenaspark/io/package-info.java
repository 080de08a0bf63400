/**
 * Trustworthy files on local disk, HDFS and S3 through Hadoop's FileSystem. Whatever is published is created
 * exclusively and can be read back and checked. A leaf: it knows nothing of models or data.
 */
@NullMarked
package io.github.hyenaspark.io;

import org.jspecify.annotations.NullMarked;
