package io.github.hyenaspark.checkpoint;

/**
 * What the bits of a result depend on besides its inputs.
 *
 * @param java version of the Java runtime
 * @param backend numerical library and its version
 * @param blas library of dense products and its version
 * @param threads threads of one task, and what else of the machine decides
 */
public record Numerics(String java, String backend, String blas, String threads) {}
