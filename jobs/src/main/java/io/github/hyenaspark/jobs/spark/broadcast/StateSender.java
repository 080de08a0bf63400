package io.github.hyenaspark.jobs.spark.broadcast;

import io.github.hyenaspark.checkpoint.WorkerObjects;
import io.github.hyenaspark.jobs.spark.run.RunPlugin;
import io.github.hyenaspark.jobs.spark.run.RunState;
import io.github.hyenaspark.train.config.TrainConfig;
import java.util.Optional;
import java.util.UUID;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.broadcast.Broadcast;

/**
 * Sends common states to the executors: each once, also when it is first measured and then trained on, and its
 * broadcast is destroyed before the next one is made. Where parameters travel as updates, an executor that cannot make
 * them of what it has asks for all of them, and only then are they broadcast.
 */
public final class StateSender implements AutoCloseable {
    private final JavaSparkContext context;
    private final TrainConfig train;
    private final long epoch;
    private final String series = UUID.randomUUID().toString();
    private Optional<Sent> sent = Optional.empty();
    private Optional<Broadcast<float[]>> whole = Optional.empty();

    private record Sent(RunState state, SentState bytes, Broadcast<SentState> broadcast) {}

    /** @param epoch of the driver, in the names of what workers keep */
    public StateSender(JavaSparkContext context, TrainConfig train, long epoch) {
        this.context = context;
        this.train = train;
        this.epoch = epoch;
        RunPlugin.answer(this::whole);
    }

    /** Sends a state, if it was not the last one that was sent. */
    public synchronized SentState send(RunState state) {
        if (sent.isEmpty() || !sent.get().state().equals(state)) {
            forget();
            String directory = WorkerObjects.newDirectory(state.round() + 1, epoch);
            SentState bytes = SentState.of(train, state, series, directory);
            sent = Optional.of(new Sent(state, bytes, context.broadcast(bytes)));
        }
        return sent.get().bytes();
    }

    /** What tasks get of a state. */
    public synchronized StateBroadcast broadcast(RunState state) {
        send(state);
        return new StateBroadcast(sent.orElseThrow().broadcast());
    }

    /** All parameters of the state that was sent last, for those who ask. */
    private synchronized Broadcast<float[]> whole(String asked, long round) {
        if (!asked.equals(series) || sent.isEmpty() || sent.get().state().round() != round) {
            throw new IllegalStateException("the parameters after round " + round + " are no longer to be had");
        }
        if (whole.isEmpty()) {
            whole = Optional.of(context.broadcast(sent.get().state().state().theta()));
        }
        return whole.get();
    }

    private void forget() {
        sent.ifPresent(old -> old.broadcast().destroy());
        whole.ifPresent(Broadcast::destroy);
        sent = Optional.empty();
        whole = Optional.empty();
    }

    @Override
    public synchronized void close() {
        RunPlugin.answer(RunPlugin.NOBODY);
        forget();
    }
}
