package io.github.hyenaspark.jobs.spark;

/**
 * A sequence of one document on its way through a model. Not compared by {@code equals}: the array is not copied.
 *
 * @param result what becomes of the document
 * @param tokens its inputs and behind them the target of the last one, at least two
 * @param context how many of its first inputs only carry context: another sequence has their results
 * @param from number of its first input in the document
 * @param full whether it has as many inputs as there can be, as all have but the last of a document
 */
record DocumentSequence<R>(R result, int[] tokens, int context, long from, boolean full) {
    int inputs() {
        return tokens.length - 1;
    }
}
