package io.github.hyenaspark.train.config;

/** What becomes of AdamW's moments between two rounds. */
public enum InnerState {
    /** They are averaged like the parameters, and every worker starts from the mean. */
    AVERAGE,
    /**
     * Every worker keeps its own (arXiv 2311.08105): its task writes them to the run, the next round's task reads them.
     */
    LOCAL,
    /** Every round begins with none, and AdamW's count of steps begins anew with them. */
    RESET
}
