package io.github.hyenaspark.jobs.report.chart;

import io.github.hyenaspark.jobs.report.journal.LossPoint;
import java.util.List;

/**
 * The unit of an axis, so that its labels stay short.
 *
 * @param title what the axis is called
 * @param size what one unit has: tokens or seconds
 */
public record AxisUnit(String title, double size) {
    private static final double MINUTE = 60;
    private static final double HOUR = 3600;

    /** The largest unit of which this many tokens are at least one. */
    public static AxisUnit ofTokens(double tokens) {
        if (tokens >= 1e9) {
            return new AxisUnit("billion tokens", 1e9);
        }
        if (tokens >= 1e6) {
            return new AxisUnit("million tokens", 1e6);
        }
        return tokens >= 1e3 ? new AxisUnit("thousand tokens", 1e3) : new AxisUnit("tokens", 1);
    }

    /** The largest unit of which these seconds of rounds are at least two. */
    public static AxisUnit ofSeconds(double seconds) {
        if (seconds >= 2 * HOUR) {
            return new AxisUnit("hours in rounds", HOUR);
        }
        return seconds >= 2 * MINUTE ? new AxisUnit("minutes in rounds", MINUTE) : new AxisUnit("seconds in rounds", 1);
    }

    List<LossPoint> scaled(List<LossPoint> points) {
        return points.stream()
                .map(p -> new LossPoint(p.tokens() / size, p.loss()))
                .toList();
    }
}
