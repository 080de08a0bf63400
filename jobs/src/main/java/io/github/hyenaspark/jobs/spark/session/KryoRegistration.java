package io.github.hyenaspark.jobs.spark.session;

import com.esotericsoftware.kryo.Kryo;
import io.github.hyenaspark.data.prepare.DatasetSpec;
import io.github.hyenaspark.data.prepare.commit.DatasetVerification.Faults;
import io.github.hyenaspark.data.prepare.duplicate.DuplicateSearch;
import io.github.hyenaspark.data.prepare.unit.WorkUnit;
import io.github.hyenaspark.jobs.spark.evaluation.EvaluationTask;
import io.github.hyenaspark.jobs.spark.prepare.SparkVerification;
import io.github.hyenaspark.jobs.spark.prepare.SparkWordCount;
import io.github.hyenaspark.jobs.spark.run.BroadcastState;
import io.github.hyenaspark.jobs.spark.run.TrainingPlan;
import io.github.hyenaspark.jobs.spark.worker.DistributedAverage;
import io.github.hyenaspark.jobs.spark.worker.LabelTraining;
import io.github.hyenaspark.jobs.spark.worker.WorkerRound;
import io.github.hyenaspark.model.LossSum;
import io.github.hyenaspark.train.averaging.Averaging;
import org.apache.spark.serializer.KryoRegistrator;

/**
 * All classes that cross the wire between driver and executors. Whatever is not here stops a job
 * ({@code spark.kryo.registrationRequired}), so nothing large or fragile travels unnoticed.
 */
public final class KryoRegistration implements KryoRegistrator {
    @Override
    public void registerClasses(Kryo kryo) {
        KryoRecords.register(
                kryo,
                TrainingPlan.class,
                LabelTraining.Plan.class,
                BroadcastState.class,
                WorkerRound.class,
                DistributedAverage.Part.class,
                DistributedAverage.AveragedRange.class,
                Averaging.AveragedState.class,
                LossSum.ByPosition.class,
                EvaluationTask.Plan.class,
                EvaluationTask.ChunkLosses.class,
                WorkUnit.class,
                DatasetSpec.class,
                DuplicateSearch.class,
                DuplicateSearch.Units.class,
                DuplicateSearch.Marked.class,
                SparkVerification.Portion.class,
                Faults.class,
                SparkWordCount.WordCountPart.class,
                float[].class, // parameters of fitted models
                double[][].class); // outputs of models for sequences
    }
}
