/** Charts drawn without a display, once for each theme of a page. Start at {@link LineChart}. */
@NullMarked
package io.github.hyenaspark.jobs.report.chart;

import org.jspecify.annotations.NullMarked;
