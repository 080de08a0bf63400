package io.github.hyenaspark.bench;

import io.github.hyenaspark.train.config.SettingCheck;

/**
 * What a {@link ConvolutionBenchmark} measures.
 *
 * @param batch B, rows of each channel
 * @param channels D, each with a filter of its own
 * @param length L, elements of a row and of a filter
 * @param threads that share the channels
 */
public record ConvolutionShape(int batch, int channels, int length, int threads) {
    public ConvolutionShape {
        SettingCheck.atLeast("batch", batch, 1);
        SettingCheck.atLeast("channels", channels, 1);
        SettingCheck.atLeast("length", length, 1);
        SettingCheck.atLeast("threads", threads, 1);
    }
}
