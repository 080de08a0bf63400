/** The command line: one class per command, which reads settings, calls one thing and reports. Start at Main. */
@NullMarked
package io.github.hyenaspark.jobs;

import org.jspecify.annotations.NullMarked;
