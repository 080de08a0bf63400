/** Benchmarks of tokenizers and of prepare on one core. Start at {@link PrepareBenchmark}. */
@NullMarked
package io.github.hyenaspark.data.bench;

import org.jspecify.annotations.NullMarked;
