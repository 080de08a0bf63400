package io.github.hyenaspark.jobs.spark.worker;

import io.github.hyenaspark.jobs.spark.broadcast.SentState;
import io.github.hyenaspark.jobs.spark.broadcast.StateBroadcast;
import io.github.hyenaspark.jobs.spark.broadcast.TrainingPlan;
import io.github.hyenaspark.train.averaging.Averaged;
import io.github.hyenaspark.train.averaging.Averaging;
import io.github.hyenaspark.train.averaging.Frames;
import io.github.hyenaspark.train.optim.TrainingState;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import org.apache.spark.api.java.function.Function;
import org.apache.spark.broadcast.Broadcast;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import scala.Tuple2;

/** Averages one range of the parameters over all workers, in the order of the workers, whatever order they came in. */
final class AverageRangeTask implements Function<Tuple2<Integer, Iterable<WorkerFrames>>, Averaged> {
    private static final long serialVersionUID = 2;
    private static final Logger LOG = LoggerFactory.getLogger(AverageRangeTask.class);

    private final Broadcast<TrainingPlan> plan;
    private final StateBroadcast start;
    private final double[] weights;
    private final int[] steps;
    private final int range;

    AverageRangeTask(Broadcast<TrainingPlan> plan, StateBroadcast start, Averaging averaging, int range) {
        this.plan = plan;
        this.start = start;
        weights = averaging.weights().stream().mapToDouble(w -> w).toArray();
        steps = averaging.steps().stream().mapToInt(h -> h).toArray();
        this.range = range;
    }

    @Override
    public Averaged call(Tuple2<Integer, Iterable<WorkerFrames>> parts) {
        List<WorkerFrames> workers = new ArrayList<>();
        parts._2().forEach(workers::add);
        workers.sort(Comparator.comparingInt(WorkerFrames::worker));
        List<Frames> frames = workers.stream().map(WorkerFrames::frames).toList();
        SentState sent = start.value();
        var averaging = new Averaging(
                plan.value().train(),
                sent.round(),
                Arrays.stream(weights).boxed().toList(),
                Arrays.stream(steps).boxed().toList());
        int from = parts._1() * range;
        LOG.debug("point: averages from parameter {}", from);
        int to = Math.min(from + range, sent.theta().length);
        TrainingState part = averaging.correctsSecondMoments() ? sent.state(from, to) : sent.parameters(from, to);
        return averaging.range(part, frames, from);
    }
}
