package io.github.hyenaspark.jobs.spark.task;

import io.github.hyenaspark.model.HyenaLanguageModel;
import io.github.hyenaspark.model.ModelConfig;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A model that waits in this JVM for the next task. Models are not thread-safe and tasks may share an executor, so each
 * task borrows one of its own; building a model anew every round would cost more than a short round.
 *
 * @param use what it was made for
 * @param model in any state: whoever borrows it sets the parameters
 */
public record ModelPool(ModelUse use, HyenaLanguageModel model) {
    /** Different uses whose models wait at once, such as two models that one application scores with. */
    static final int MOST_USES = 2;

    /** Idle models by what they are for, those used last at the end. An executor outlives the tasks that run on it. */
    private static final Map<ModelUse, Deque<ModelPool>> IDLE = new LinkedHashMap<>();

    /** An idle model for this use, or a new one. Models for the uses that were longest not asked for are let go. */
    public static ModelPool borrow(ModelUse use) {
        ModelPool idle = poll(use);
        return idle == null ? create(use) : idle;
    }

    /** Makes the model available again. Not to be called after a failure: its state may be anything then. */
    public void giveBack() {
        synchronized (IDLE) {
            Deque<ModelPool> same = IDLE.get(use);
            if (same != null) { // else it was let go meanwhile
                same.push(this);
            }
        }
    }

    private static @Nullable ModelPool poll(ModelUse use) {
        synchronized (IDLE) {
            Deque<ModelPool> same = IDLE.remove(use);
            if (same == null) {
                same = new ArrayDeque<>();
            }
            IDLE.put(use, same);
            if (IDLE.size() > MOST_USES) {
                IDLE.remove(IDLE.keySet().iterator().next());
            }
            return same.poll();
        }
    }

    private static ModelPool create(ModelUse use) {
        HyenaLanguageModel model = HyenaLanguageModel.create(use.config(), use.vocabularySize(), 0);
        HyenaLanguageModel.warmUp(use.config().lMax());
        model.useThreads(use.threads());
        if (use.recompute().equals("block")) {
            model.recomputeBlocks();
        }
        return new ModelPool(use, model);
    }

    /**
     * Which model a task computes with, and how.
     *
     * @param config the architecture
     * @param vocabularySize V, ids
     * @param recompute what its blocks keep, as {@code train.recompute} says
     * @param threads how many compute it, as {@code train.threads} says
     */
    public record ModelUse(ModelConfig config, int vocabularySize, String recompute, int threads) {}
}
