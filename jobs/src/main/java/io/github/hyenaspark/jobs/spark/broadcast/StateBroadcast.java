package io.github.hyenaspark.jobs.spark.broadcast;

import io.github.hyenaspark.jobs.spark.broadcast.HeldParameters.Received;
import io.github.hyenaspark.jobs.spark.run.RunPlugin;
import java.io.Serializable;
import org.apache.spark.broadcast.Broadcast;

/**
 * A common state on its way to tasks.
 *
 * @param sent what travels
 */
public record StateBroadcast(Broadcast<SentState> sent) implements Serializable {
    /** The state with all of its parameters, in a task. */
    public SentState value() {
        return receive().state();
    }

    /** The same, and what had to come for it besides. */
    public Received receive() {
        SentState state = sent.value();
        return state.series().isEmpty()
                ? new Received(state, 0)
                : HeldParameters.ofThisExecutor()
                        .receive(
                                state,
                                () -> RunPlugin.wholeParameters(state.series(), state.round())
                                        .value());
    }
}
