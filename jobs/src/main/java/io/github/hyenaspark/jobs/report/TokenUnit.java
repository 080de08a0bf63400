package io.github.hyenaspark.jobs.report;

import java.util.List;

/**
 * The unit of a token axis, so that its labels stay short.
 *
 * @param title what the axis is called
 * @param tokens tokens in one unit
 */
record TokenUnit(String title, double tokens) {
    private static final List<TokenUnit> LARGEST_FIRST = List.of(
            new TokenUnit("billion tokens", 1e9),
            new TokenUnit("million tokens", 1e6),
            new TokenUnit("thousand tokens", 1e3));

    /** The largest unit of which this many tokens are at least one. */
    static TokenUnit of(double tokens) {
        return LARGEST_FIRST.stream()
                .filter(unit -> tokens >= unit.tokens)
                .findFirst()
                .orElse(new TokenUnit("tokens", 1));
    }

    List<LossPoint> scaled(List<LossPoint> points) {
        return points.stream()
                .map(p -> new LossPoint(p.tokens() / tokens, p.loss()))
                .toList();
    }
}
