package io.github.hyenaspark.jobs.spark;

import com.esotericsoftware.kryo.Kryo;
import io.github.hyenaspark.data.prepare.DataConfig;
import io.github.hyenaspark.data.prepare.WorkUnit;
import io.github.hyenaspark.train.TrainingState;
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
                TrainingState.class,
                WorkerRound.class,
                WorkerRound[].class,
                ChunkLoss.class,
                ChunkLoss[].class,
                WorkUnit.class,
                WorkUnit[].class,
                DataConfig.class,
                UnitDone.class,
                UnitDone[].class);
    }
}
