/**
 * Benchmarks of tokenizers and of the whole preparation, on one core of this machine. Start at
 * {@link PrepareBenchmark}.
 */
@NullMarked
package io.github.hyenaspark.data.bench;

import org.jspecify.annotations.NullMarked;
