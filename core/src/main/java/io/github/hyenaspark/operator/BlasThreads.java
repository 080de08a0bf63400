package io.github.hyenaspark.operator;

import org.bytedeco.openblas.global.openblas;

/** The threads of OpenBLAS, one number for the whole JVM. */
public final class BlasThreads {
    private BlasThreads() {}

    /** From now on matrix products use {@code threads} threads, whatever OMP_NUM_THREADS says. */
    public static void use(int threads) {
        openblas.blas_set_num_threads(threads);
    }
}
