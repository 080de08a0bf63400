/**
 * How far a job is, shown while it runs: a bar on a terminal, lines in a log, JSON for programs. Start at
 * {@link Progress}.
 */
@NullMarked
package io.github.hyenaspark.jobs.report.progress;

import org.jspecify.annotations.NullMarked;
