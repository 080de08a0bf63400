package io.github.hyenaspark.bench;

import java.util.OptionalDouble;

/**
 * What {@link StepBenchmark} found.
 *
 * @param parameters P
 * @param loss of the last step, nats per token; the ids are random
 * @param wall of each step, by the clock
 * @param cpuSeconds of one step, the mean, of all threads of the process together
 * @param warmUpSteps that did not count
 * @param heldMebibytes live heap and native arrays after the last step, beyond those before the model was built
 * @param baseMebibytes in RAM before the model was built; empty elsewhere than on Linux
 * @param peakMebibytes the most in RAM until the last step ended; empty elsewhere than on Linux
 * @param roofline the least that a step can take
 */
public record StepMeasurement(
        long parameters,
        double loss,
        Repeats wall,
        double cpuSeconds,
        int warmUpSteps,
        double heldMebibytes,
        OptionalDouble baseMebibytes,
        OptionalDouble peakMebibytes,
        Roofline roofline) {
    /** The step by the clock in roofline times, at least about 1. */
    public double rooflineRatio() {
        return wall.median() / roofline.seconds();
    }
}
