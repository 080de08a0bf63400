/** Files on local disk, HDFS and S3, and the small tools that every room shares. Start at {@link Storage}. */
@NullMarked
package io.github.hyenaspark.io;

import org.jspecify.annotations.NullMarked;
