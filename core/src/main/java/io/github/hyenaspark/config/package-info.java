/**
 * Settings: HOCON files and key=value arguments become validated records. Every unknown, missing or ill-typed key is
 * refused with its place. A leaf: it knows none of the records it fills.
 */
@NullMarked
package io.github.hyenaspark.config;

import org.jspecify.annotations.NullMarked;
