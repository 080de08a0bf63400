/** The command line. Start at {@link Main}. */
@NullMarked
package io.github.hyenaspark.jobs;

import org.jspecify.annotations.NullMarked;
