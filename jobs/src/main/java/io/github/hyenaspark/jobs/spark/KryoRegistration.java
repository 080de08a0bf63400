package io.github.hyenaspark.jobs.spark;

import com.esotericsoftware.kryo.Kryo;
import io.github.hyenaspark.data.prepare.Recipe;
import io.github.hyenaspark.data.prepare.UnitDuplicates;
import io.github.hyenaspark.data.prepare.WorkUnit;
import io.github.hyenaspark.train.Averaged;
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
