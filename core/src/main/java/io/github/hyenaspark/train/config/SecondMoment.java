package io.github.hyenaspark.train.config;

/** What becomes of the workers' second moments where they are averaged. */
public enum SecondMoment {
    /** Their mean, whose gradients are as noisy as those of one worker. */
    WORKERS,
    /** What the mean of the workers' gradients makes, as if one AdamW took all batches; see {@code MeanGradient}. */
    MEAN_GRADIENT
}
