package io.github.hyenaspark.jobs.spark;

import io.github.hyenaspark.model.HyenaLanguageModel;
import io.github.hyenaspark.model.ModelConfig;
import java.util.Iterator;
import java.util.Optional;
import java.util.concurrent.ConcurrentLinkedDeque;

/**
 * A model that waits in this JVM for the next task. Models are not thread-safe and tasks may share an executor, so each
 * task borrows one of its own; building a model anew every round would cost more than a short round.
 *
 * @param config the architecture it was made for
 * @param vocabularySize V, ids
 * @param recompute what its blocks keep, as {@code train.recompute} says
 * @param threads how many compute it, as {@code train.threads} says
 * @param model in any state: whoever borrows it sets the parameters
 */
record PooledModel(ModelConfig config, int vocabularySize, String recompute, int threads, HyenaLanguageModel model) {
    /** The one mutable static of the jobs: an executor outlives the tasks that run on it. */
    private static final ConcurrentLinkedDeque<PooledModel> IDLE = new ConcurrentLinkedDeque<>();

    /** An idle model of this architecture, or a new one. Models of other architectures are let go. */
    static PooledModel borrow(TrainingPlan plan) {
        IDLE.removeIf(idle -> !idle.fits(plan));
        return poll(plan).orElseGet(() -> create(plan));
    }

    /** Makes the model available again. Not to be called after a failure: its state may be anything then. */
    void giveBack() {
        IDLE.push(this);
    }

    private static Optional<PooledModel> poll(TrainingPlan plan) {
        Iterator<PooledModel> idle = IDLE.iterator();
        while (idle.hasNext()) {
            PooledModel candidate = idle.next();
            if (candidate.fits(plan) && IDLE.remove(candidate)) {
                return Optional.of(candidate);
            }
        }
        return Optional.empty();
    }

    private static PooledModel create(TrainingPlan plan) {
        int vocabularySize = plan.vocabularySize();
        long seed = plan.train().seed();
        HyenaLanguageModel model = HyenaLanguageModel.create(plan.model(), vocabularySize, seed);
        HyenaLanguageModel.warmUp(plan.model().lMax());
        model.useThreads(plan.train().threads());
        if (plan.train().recompute().equals("block")) {
            model.recomputeBlocks();
        }
        return new PooledModel(
                plan.model(),
                vocabularySize,
                plan.train().recompute(),
                plan.train().threads(),
                model);
    }

    private boolean fits(TrainingPlan plan) {
        return vocabularySize == plan.vocabularySize()
                && config.equals(plan.model())
                && recompute.equals(plan.train().recompute())
                && threads == plan.train().threads();
    }
}
