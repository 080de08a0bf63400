package io.github.hyenaspark.jobs.spark.averaging;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.hyenaspark.io.store.StoreException;
import io.github.hyenaspark.jobs.spark.run.RunState;
import io.github.hyenaspark.jobs.spark.task.DriverState;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes down what rounds did, in their order: the journal's line, and the checkpoints. By default it does so in a
 * thread of its own while the workers of the next round compute, and not before: that a state reaches them sooner is
 * worth more than that the one before is written sooner, and on a machine with few cores both take their time from each
 * other. Every state is an immutable record, so what is written is what was handed over. At most one round waits to be
 * written: a store that is too slow slows the rounds down, and a round that could not be written ends the run at the
 * next one, unless the store is back by then.
 */
final class AsyncCheckpointWriter implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(AsyncCheckpointWriter.class);
    private static final long PATIENCE_SECONDS = 600;

    private final RunStore store;
    private final AveragingDriver.Plan plan;
    private final ExecutorService thread = Executors.newSingleThreadExecutor(task -> {
        var thread = new Thread(task, "hyena-checkpoints");
        thread.setDaemon(true);
        return thread;
    });
    private Optional<Future<Long>> writing = Optional.empty();
    private volatile CountDownLatch begin = new CountDownLatch(0);
    private volatile long savedRound;
    private boolean due; // of the thread that writes, or of who has waited for it
    private Optional<RunState> unsaved = Optional.empty(); // what a save that failed was of; as above

    AsyncCheckpointWriter(RunStore store, AveragingDriver.Plan plan) {
        this.store = store;
        this.plan = plan;
    }

    /** The run is saved at this round, or begins there. */
    void startsAt(long round) {
        savedRound = round;
    }

    /** The newest round that has a checkpoint, all of it written, or where the run began. */
    long savedRound() {
        return savedRound;
    }

    /**
     * Waits for the round before, and throws if it could not be written; writes this one when {@link #workersCompute}
     * is called or somebody waits for it. While the training may be diverging, no checkpoint is written but of the
     * run's last round, so that the newest one is good.
     */
    void write(RoundMetrics entry, boolean last, boolean diverging) throws IOException {
        await();
        var latch = new CountDownLatch(1);
        begin = latch;
        writing = Optional.of(thread.submit(() -> {
            latch.await();
            return written(entry, last, diverging);
        }));
        if (!plan.savesInBackground()) {
            await();
        }
    }

    /** Workers have what they start from, so there is time to write. */
    void workersCompute() {
        begin.countDown();
    }

    private long written(RoundMetrics entry, boolean last, boolean diverging) throws IOException {
        ObjectNode line = entry.toJson();
        DriverState.ofThisProcess().ended(line, entry.tokens());
        if (last) {
            store.awaitSamples();
        }
        store.append(line, entry.after(), last);
        due = due || plan.savesAfter(entry.after().round());
        boolean good = !diverging || entry.after().round() == plan.rounds();
        if (good && (last || due || store.keepsAsBest(entry.after()))) {
            unsaved = Optional.of(entry.after());
            save(entry.after());
            unsaved = Optional.empty();
            due = false;
        }
        return entry.after().round();
    }

    /** Commits a checkpoint in the thread that calls this; not while a round is being written. */
    void save(RunState run) throws IOException {
        store.save(run);
        savedRound = run.round();
    }

    /**
     * Waits until everything is written; throws if something could not be. A checkpoint for which the store was away
     * longer than the patience is written again: the round after it took its time too, and the store may be back.
     */
    void await() throws IOException {
        begin.countDown();
        if (writing.isEmpty()) {
            return;
        }
        Future<Long> last = writing.get();
        writing = Optional.empty();
        try {
            last.get();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("interrupted while a checkpoint was written");
        } catch (ExecutionException e) {
            if (e.getCause() instanceof IOException failure) {
                saveAgain(failure);
                return;
            }
            throw new IllegalStateException("a round could not be written down: " + e.getCause(), e);
        }
    }

    private void saveAgain(IOException failure) throws IOException {
        if (!(failure instanceof StoreException) || unsaved.isEmpty()) {
            throw failure;
        }
        RunState run = unsaved.get();
        unsaved = Optional.empty();
        try {
            store.saveWithoutPatience(run);
        } catch (IOException again) {
            failure.addSuppressed(again);
            throw failure;
        }
        savedRound = run.round();
        due = false;
        LOG.warn("round {} is saved now; at first it could not be: {}", run.round(), failure.getMessage());
    }

    /** Lets what has begun to be written come to its end. */
    @Override
    public void close() {
        begin.countDown();
        thread.shutdown();
        try {
            if (!thread.awaitTermination(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
                LOG.error("a checkpoint was not written within {} s; the one before it is intact", PATIENCE_SECONDS);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
