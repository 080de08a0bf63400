package io.github.hyenaspark.jobs;

/**
 * The section {@code memory}.
 *
 * @param executorCores cores of one executor, at least those of a task
 */
record MemoryConfig(int executorCores) {}
