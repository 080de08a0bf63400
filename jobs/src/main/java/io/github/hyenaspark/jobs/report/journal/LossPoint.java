package io.github.hyenaspark.jobs.report.journal;

/**
 * One point of a loss curve.
 *
 * @param tokens tokens trained on so far
 * @param loss nats per token
 */
public record LossPoint(double tokens, double loss) {}
