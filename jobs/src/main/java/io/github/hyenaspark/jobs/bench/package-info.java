/** The command {@code bench} and its subcommands. Each prints one line of JSON. Start at {@link BenchJob}. */
@NullMarked
package io.github.hyenaspark.jobs.bench;

import org.jspecify.annotations.NullMarked;
