package io.github.hyenaspark.jobs.spark;

import io.github.hyenaspark.data.prepare.DataConfig;
import io.github.hyenaspark.data.prepare.UnitRecord;
import io.github.hyenaspark.data.prepare.UnitWork;
import io.github.hyenaspark.data.prepare.WorkUnit;
import java.io.IOException;
import org.apache.spark.api.java.function.Function;
import org.apache.spark.broadcast.Broadcast;

/** Prepares one work unit on an executor. Safe to repeat and to run twice at once; publishes nothing. */
final class PrepareTask implements Function<WorkUnit, UnitDone> {
    private static final long serialVersionUID = 1;

    private final Broadcast<DataConfig> config;

    PrepareTask(Broadcast<DataConfig> config) {
        this.config = config;
    }

    @Override
    public UnitDone call(WorkUnit unit) throws IOException {
        UnitRecord record = UnitWork.run(unit, config.value(), SparkStorage.ofThisExecutor());
        return new UnitDone(record.unit(), record.documents().size());
    }
}
