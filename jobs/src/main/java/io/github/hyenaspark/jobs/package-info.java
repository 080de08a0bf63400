/**
 * The command line: one class per command, which reads settings, calls one thing and reports. A result goes to standard
 * output, everything else to standard error, and the exit code says whether to try again. Start at {@link Main}.
 */
@NullMarked
package io.github.hyenaspark.jobs;

import org.jspecify.annotations.NullMarked;
