/** HTML pages and tables that need nothing beside themselves. Start at {@link HtmlPage}. */
@NullMarked
package io.github.hyenaspark.jobs.report.html;

import org.jspecify.annotations.NullMarked;
