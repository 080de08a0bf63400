/** {@code bench plan}: what a dataset of millions of files costs the driver, on a store that is made up. */
@NullMarked
package io.github.hyenaspark.jobs.bench.plan;

import org.jspecify.annotations.NullMarked;
