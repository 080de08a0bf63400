package io.github.hyenaspark.data.batch;

/**
 * Which of n sequences a worker reads at a local step, B of them: a pure function, so any batch can be asked for at any
 * time. Counted through steps, workers and batch positions in this order, the sequences run through one {@link Shuffle}
 * per epoch: every sequence once, then the next epoch, which may begin inside a batch.
 */
public record BatchCursor(long sequences, long seed, int workers, int batchSize) {
    public BatchCursor {
        if (sequences < 1) {
            throw new IllegalArgumentException("there are no sequences to read (found " + sequences
                    + ", expected at least 1); give prepare more documents");
        }
        if (sequences > Shuffle.LARGEST) {
            throw new IllegalArgumentException("found " + sequences + " sequences, expected at most 2^62");
        }
        if (workers < 1 || batchSize < 1) {
            throw new IllegalArgumentException(
                    "workers and batch-size are at least 1, found " + workers + " and " + batchSize);
        }
    }

    /** The B sequences, in [0, n), of worker k in [0, K) at a local step of the run, from 0. */
    public long[] sequencesOf(long step, int worker) {
        if (step < 0 || worker < 0 || worker >= workers) {
            throw new IllegalArgumentException(
                    "no batch of step " + step + ", worker " + worker + ": there are " + workers + " workers");
        }
        long batchesBefore = Math.addExact(Math.multiplyExact(step, (long) workers), worker);
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
}
