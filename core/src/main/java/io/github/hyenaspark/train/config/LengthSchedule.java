package io.github.hyenaspark.train.config;

/**
 * Shorter sequences at the start of a run, section {@code train.length-schedule}: they begin with {@code start} tokens
 * and double every so many rounds until they are as long as the model allows. A batch is then cut into more rows, so
 * the tokens of a local step, and which tokens they are, stay the same.
 *
 * @param start tokens of a sequence in the first rounds, the model's longest divided by a power of two; 0 for no
 *     schedule
 * @param everyRounds rounds between two doublings, at least 1
 */
public record LengthSchedule(int start, int everyRounds) {
    public LengthSchedule {
        SettingCheck.atLeast("train.length-schedule.start", start, 0);
        SettingCheck.atLeast("train.length-schedule.every-rounds", everyRounds, 1);
    }

    /**
     * L in a round.
     *
     * @param longest the model's longest sequence
     */
    public int lengthIn(long round, int longest) {
        if (start == 0) {
            return longest;
        }
        long doublings = Math.min(Integer.SIZE, round / everyRounds);
        return (int) Math.min(longest, (long) start << doublings);
    }

    /**
     * Refuses a start from which doubling does not lead to the longest.
     *
     * @throws IllegalArgumentException if so
     */
    public void check(int longest) {
        boolean reaches =
                start == 0 || (start <= longest && longest % start == 0 && Integer.bitCount(longest / start) == 1);
        if (!reaches) {
            throw new IllegalArgumentException("train.length-schedule.start must be model.l-max = " + longest
                    + " divided by a power of two, found " + start);
        }
    }
}
