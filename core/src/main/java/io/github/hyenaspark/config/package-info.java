/**
 * Settings: HOCON files and key=value arguments become validated records. Every unknown, missing or ill-typed key is
 * refused with its place. A leaf that knows none of the records it fills; start at {@link Settings}.
 */
@NullMarked
package io.github.hyenaspark.config;

import org.jspecify.annotations.NullMarked;
