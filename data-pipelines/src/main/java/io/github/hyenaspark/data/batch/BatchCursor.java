package io.github.hyenaspark.data.batch;

/**
 * Which sequences a worker reads at a local step: a pure function, so that a batch can be asked for anywhere and again.
 * Counted through rounds, steps, workers and batch places in this order, the sequences run through one {@link Shuffle}
 * per epoch: every sequence once, then the next epoch, which may begin inside a batch.
 *
 * @param sequences n, at least 1; fewer than a step takes is fine, epochs then follow faster
 * @param seed decides the order
 * @param workers K
 * @param localSteps H, local steps per round
 * @param batchSize B, sequences per local step
 */
public record BatchCursor(long sequences, long seed, int workers, int localSteps, int batchSize) {
    public BatchCursor {
        if (sequences < 1) {
            throw new IllegalArgumentException("there are no sequences to read (found " + sequences
                    + ", expected at least 1); give prepare more documents");
        }
        if (sequences > Shuffle.LARGEST) {
            throw new IllegalArgumentException("found " + sequences + " sequences, expected at most 2^62");
        }
        if (workers < 1 || localSteps < 1 || batchSize < 1) {
            throw new IllegalArgumentException("workers, local-steps and batch-size are at least 1, found " + workers
                    + ", " + localSteps + " and " + batchSize);
        }
    }

    /**
     * The sequences of one batch.
     *
     * @param round r, at least 0
     * @param worker k in [0, K)
     * @param step in [0, H)
     * @return B numbers in [0, n), in the batch's order
     * @throws IllegalArgumentException if one of them is out of range
     */
    public long[] sequencesOf(long round, int worker, int step) {
        if (round < 0 || worker < 0 || worker >= workers || step < 0 || step >= localSteps) {
            throw new IllegalArgumentException("no batch of round " + round + ", worker " + worker + ", step " + step
                    + ": there are " + workers + " workers and " + localSteps + " steps per round");
        }
        long stepsBefore = Math.addExact(Math.multiplyExact(round, (long) localSteps), step);
        long batchesBefore = Math.addExact(Math.multiplyExact(stepsBefore, (long) workers), worker);
        long first = Math.multiplyExact(batchesBefore, (long) batchSize);
        long epoch = first / sequences;
        Shuffle shuffle = Shuffle.of(sequences, seed, epoch);
        long[] chosen = new long[batchSize];
        for (int place = 0; place < batchSize; place++) {
            long position = Math.addExact(first, place);
            if (position / sequences != epoch) {
                epoch = position / sequences;
                shuffle = Shuffle.of(sequences, seed, epoch);
            }
            chosen[place] = shuffle.at(position % sequences);
        }
        return chosen;
    }

    /** The epoch in which a round begins, from 0. */
    public long epochOf(long round) {
        return Math.multiplyExact(Math.multiplyExact(round, (long) localSteps), (long) workers * batchSize) / sequences;
    }
}
