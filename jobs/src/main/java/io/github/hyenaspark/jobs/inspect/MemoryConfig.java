package io.github.hyenaspark.jobs.inspect;

/**
 * The section {@code memory}.
 *
 * @param executorCores cores of one executor, at least those of a task
 */
record MemoryConfig(int executorCores) {}
