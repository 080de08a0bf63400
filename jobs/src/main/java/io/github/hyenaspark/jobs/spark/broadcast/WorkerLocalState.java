package io.github.hyenaspark.jobs.spark.broadcast;

import io.github.hyenaspark.train.config.TrainConfig;
import io.github.hyenaspark.train.optim.TrainingState;
import java.util.Map;
import java.util.TreeMap;

/**
 * What a worker keeps between two rounds besides what all workers share: its moments under
 * {@link TrainConfig.MomentPolicy#LOCAL}, and what its codec has lost so far. Vectors are by name, P each; none before
 * the first round.
 */
public record WorkerLocalState(TrainConfig train, Map<String, float[]> vectors) {
    private static final String FIRST = "first-moment";
    private static final String SECOND = "second-moment";
    private static final String RESIDUAL = "residual";
    private static final float[] NOTHING = {};

    public TrainingState start(BroadcastState sent) {
        if (sent.sharesMoments()) {
            return sent.state();
        }
        float[] first = vectors.getOrDefault(FIRST, NOTHING);
        boolean local = train.innerState() == TrainConfig.MomentPolicy.LOCAL && first.length > 0;
        return local
                ? new TrainingState(sent.theta(), first, vectors.getOrDefault(SECOND, NOTHING))
                : TrainingState.parametersOnly(sent.theta());
    }

    /** What its codec has lost, P, or nothing, as after another codec. */
    public float[] residual() {
        return !train.codec().feedsErrorBack() ? NOTHING : vectors.getOrDefault(RESIDUAL, NOTHING);
    }

    public Map<String, float[]> after(TrainingState end, float[] residual) {
        Map<String, float[]> keeps = new TreeMap<>();
        if (train.innerState() == TrainConfig.MomentPolicy.LOCAL) {
            keeps.put(FIRST, end.firstMoment());
            keeps.put(SECOND, end.secondMoment());
        }
        if (residual.length > 0) {
            keeps.put(RESIDUAL, residual);
        }
        return keeps;
    }
}
