package io.github.hyenaspark.jobs.spark.session;

import com.esotericsoftware.kryo.Kryo;
import io.github.hyenaspark.data.prepare.Recipe;
import io.github.hyenaspark.data.prepare.unit.UnitDuplicates;
import io.github.hyenaspark.data.prepare.unit.WorkUnit;
import io.github.hyenaspark.jobs.spark.broadcast.SentState;
import io.github.hyenaspark.jobs.spark.broadcast.TrainingPlan;
import io.github.hyenaspark.jobs.spark.evaluation.ChunkLoss;
import io.github.hyenaspark.jobs.spark.evaluation.ChunkLosses;
import io.github.hyenaspark.jobs.spark.evaluation.EvaluationPlan;
import io.github.hyenaspark.jobs.spark.prepare.DuplicatePlan;
import io.github.hyenaspark.jobs.spark.prepare.UnitDone;
import io.github.hyenaspark.jobs.spark.prepare.WordCountPart;
import io.github.hyenaspark.jobs.spark.worker.WorkerFrames;
import io.github.hyenaspark.jobs.spark.worker.WorkerRound;
import io.github.hyenaspark.train.averaging.Averaged;
import org.apache.spark.serializer.KryoRegistrator;

/**
 * All classes that cross the wire between driver and executors. Whatever is not here stops a job
 * ({@code spark.kryo.registrationRequired}), so nothing large or fragile travels unnoticed.
 */
public final class KryoRegistration implements KryoRegistrator {
    @Override
    public void registerClasses(Kryo kryo) {
        WireTypes.register(
                kryo,
                TrainingPlan.class,
                SentState.class,
                WorkerRound.class,
                WorkerRound[].class,
                WorkerFrames.class,
                WorkerFrames[].class,
                Averaged.class,
                Averaged[].class,
                ChunkLoss.class,
                ChunkLoss[].class,
                EvaluationPlan.class,
                ChunkLosses.class,
                ChunkLosses[].class,
                WorkUnit.class,
                WorkUnit[].class,
                Recipe.class,
                DuplicatePlan.class,
                UnitDuplicates.class,
                UnitDuplicates[].class,
                UnitDone.class,
                UnitDone[].class,
                WordCountPart.class,
                WordCountPart[].class);
    }
}
