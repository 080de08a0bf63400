package io.github.hyenaspark.jobs.fit;

import java.util.List;

/** The settings with which {@code fit} begins unless it is told others: the best that were found for small sets. */
final class Recipe {
    static final int WARMUP_STEPS = 20;
    static final List<String> SETTINGS = List.of(
            "model.mixer=[hyena-se,hyena]",
            "model.d-model=64",
            "model.n-layer=2",
            "model.d-inner=128",
            "train.optimizer=muon",
            "train.workers=2",
            "train.local-steps=8",
            "train.batch-size=16",
            "train.matrix-lr=1e-2",
            "train.lr=2e-3",
            "train.filter-lr=2e-3",
            "train.min-lr=0",
            "train.schedule=linear",
            "train.warmup-steps=" + WARMUP_STEPS,
            "train.outer.momentum=0",
            "data.max-bad-fraction=0",
            "checkpoint.every-rounds=50",
            "checkpoint.keep=1",
            "run.sample.every-rounds=0");

    private Recipe() {}
}
