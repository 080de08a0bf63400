package io.github.hyenaspark.jobs.exchange;

/**
 * The section {@code import}.
 *
 * @param input directory of a model in safetensors files; blank if it is not said
 */
record ImportConfig(String input) {}
