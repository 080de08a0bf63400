package io.github.hyenaspark.jobs.report.progress;

/**
 * How fast work goes.
 *
 * @param done units done
 * @param perSecond units per second since this job began; 0 before the first unit
 * @param secondsLeft seconds to the end at this rate; 0 when the rate is not known yet
 */
record Pace(long done, double perSecond, long secondsLeft) {
    static Pace of(Work work, long done, double seconds) {
        double perSecond = seconds > 0 ? (done - work.done()) / seconds : 0;
        return new Pace(done, perSecond, perSecond > 0 ? Math.round((work.total() - done) / perSecond) : 0);
    }
}
