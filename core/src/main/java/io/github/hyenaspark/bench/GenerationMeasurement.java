package io.github.hyenaspark.bench;

import java.util.List;

/**
 * What {@link GenerationBenchmark} found.
 *
 * @param parameters P
 * @param runs generations of an eighth, a quarter, a half and all of the tokens, fewest first
 * @param promptSeconds until the first token of the longest
 * @param naivePositions at which the naive way was measured
 * @param naiveSeconds of the naive way for all tokens: the mean at those positions, times the tokens
 */
public record GenerationMeasurement(
        long parameters, List<Run> runs, double promptSeconds, int naivePositions, double naiveSeconds) {
    /**
     * Generations of one number of tokens.
     *
     * @param tokens generated
     * @param cpu of the thread, the prompt included
     */
    public record Run(int tokens, Repeats cpu) {}

    /** The generations of all tokens. */
    public Run longest() {
        return runs.get(runs.size() - 1);
    }

    /** How many times as long the naive way takes. */
    public double speedup() {
        return naiveSeconds / longest().cpu().median();
    }
}
