package io.github.hyenaspark.jobs.spark.task;

import io.github.hyenaspark.model.HyenaLanguageModel;
import io.github.hyenaspark.model.ModelConfig;
import java.util.Iterator;
import java.util.Optional;
import java.util.concurrent.ConcurrentLinkedDeque;

/**
 * A model that waits in this JVM for the next task. Models are not thread-safe and tasks may share an executor, so each
 * task borrows one of its own; building a model anew every round would cost more than a short round.
 *
 * @param use what it was made for
 * @param model in any state: whoever borrows it sets the parameters
 */
public record ModelPool(ModelUse use, HyenaLanguageModel model) {
    /** The one mutable static of the jobs: an executor outlives the tasks that run on it. */
    private static final ConcurrentLinkedDeque<ModelPool> IDLE = new ConcurrentLinkedDeque<>();

    /** An idle model for this use, or a new one. Models for other uses are let go. */
    public static ModelPool borrow(ModelUse use) {
        IDLE.removeIf(idle -> !idle.use.equals(use));
        return poll(use).orElseGet(() -> create(use));
    }

    /** Makes the model available again. Not to be called after a failure: its state may be anything then. */
    public void giveBack() {
        IDLE.push(this);
    }

    private static Optional<ModelPool> poll(ModelUse use) {
        Iterator<ModelPool> idle = IDLE.iterator();
        while (idle.hasNext()) {
            ModelPool candidate = idle.next();
            if (candidate.use.equals(use) && IDLE.remove(candidate)) {
                return Optional.of(candidate);
            }
        }
        return Optional.empty();
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
