package io.github.hyenaspark.data.batch;

/**
 * Ranges of numbers, one after the other, one for each document; some may be empty.
 *
 * @param first where each document's range begins and, last, where all end
 */
record DocumentRanges(long[] first) {
    long first(int document) {
        return first[document];
    }

    /** Where a document's range ends. */
    long end(int document) {
        return first[document + 1];
    }

    /** Where all end. */
    long end() {
        return first[first.length - 1];
    }

    /** The document in whose range a number below {@link #end()} is. */
    int documentAt(long number) {
        int low = 0;
        int high = first.length - 2;
        while (low < high) { // for the last document that begins at or before the number
            int middle = (low + high + 1) >>> 1;
            if (first[middle] <= number) {
                low = middle;
            } else {
                high = middle - 1;
            }
        }
        return low;
    }
}
