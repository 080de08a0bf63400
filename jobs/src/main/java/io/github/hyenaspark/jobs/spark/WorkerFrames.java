package io.github.hyenaspark.jobs.spark;

import io.github.hyenaspark.train.Frames;

/**
 * What one worker brought of a range of parameters.
 *
 * @param worker k
 * @param frames of the range
 */
public record WorkerFrames(int worker, Frames frames) {}
