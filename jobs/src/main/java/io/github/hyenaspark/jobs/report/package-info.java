/**
 * What people look at: progress, run logs and pictures. Results go to standard output, everything else to standard
 * error.
 */
@NullMarked
package io.github.hyenaspark.jobs.report;

import org.jspecify.annotations.NullMarked;
