package io.github.hyenaspark.jobs.report.progress;

/** Turns the state of some work into one line. */
@FunctionalInterface
interface ProgressFormat {
    String line(ProgressTask work, Rate pace, String note);

    /**
     * How fast work goes.
     *
     * @param done units done
     * @param perSecond units per second since this job began; 0 before the first unit
     * @param secondsLeft seconds to the end at this rate; 0 when the rate is not known yet
     */
    record Rate(long done, double perSecond, long secondsLeft) {
        static Rate of(ProgressTask work, long done, double seconds) {
            double perSecond = seconds > 0 ? (done - work.done()) / seconds : 0;
            return new Rate(done, perSecond, perSecond > 0 ? Math.round((work.total() - done) / perSecond) : 0);
        }
    }
}
