package io.github.hyenaspark.train.config;

/**
 * Some rounds at the start of a run that have another number of local steps than the rest.
 *
 * @param rounds how many, at least 1
 * @param localSteps H of each, at least 1
 */
public record StepPhase(int rounds, int localSteps) {
    public StepPhase {
        SettingCheck.atLeast("train.step-phases: rounds", rounds, 1);
        SettingCheck.atLeast("train.step-phases: local-steps", localSteps, 1);
    }
}
