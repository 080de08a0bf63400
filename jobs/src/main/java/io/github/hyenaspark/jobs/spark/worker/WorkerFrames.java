package io.github.hyenaspark.jobs.spark.worker;

import io.github.hyenaspark.train.averaging.Frames;

/**
 * What one worker brought of a range of parameters.
 *
 * @param worker k
 * @param frames of the range
 */
public record WorkerFrames(int worker, Frames frames) {}
