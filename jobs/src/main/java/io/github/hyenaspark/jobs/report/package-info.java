/**
 * What people look at: progress, run logs, pictures and the pages that hold them. It draws numbers that others have
 * measured and knows neither models nor Spark. Start at {@link io.github.hyenaspark.jobs.report.journal.RunLog}.
 */
@NullMarked
package io.github.hyenaspark.jobs.report;

import org.jspecify.annotations.NullMarked;
