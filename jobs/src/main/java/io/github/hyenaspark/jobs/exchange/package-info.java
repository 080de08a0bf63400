/** The commands {@code export} and {@code import}: models in other programs' files. Start at {@link ExportJob}. */
@NullMarked
package io.github.hyenaspark.jobs.exchange;

import org.jspecify.annotations.NullMarked;
