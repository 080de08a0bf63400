package io.github.hyenaspark.jobs.spark.prepare;

import io.github.hyenaspark.data.prepare.DatasetSpec;
import io.github.hyenaspark.data.prepare.unit.UnitRecord;
import io.github.hyenaspark.data.prepare.unit.UnitWork;
import io.github.hyenaspark.data.prepare.unit.WorkUnit;
import io.github.hyenaspark.io.Storage;
import io.github.hyenaspark.jobs.spark.task.ExecutorState;
import java.io.IOException;
import org.apache.spark.api.java.function.Function;
import org.apache.spark.broadcast.Broadcast;
import org.apache.spark.util.LongAccumulator;

/** Prepares one work unit on an executor. Safe to repeat and to run twice at once; publishes nothing. */
public final class PrepareTask implements Function<WorkUnit, PrepareTask.UnitDone> {
    private static final long serialVersionUID = 1;

    private final Broadcast<DatasetSpec> recipe;
    /** For the display alone: a task that was done twice counts twice. */
    private final LongAccumulator bytesRead;

    PrepareTask(Broadcast<DatasetSpec> recipe, LongAccumulator bytesRead) {
        this.recipe = recipe;
        this.bytesRead = bytesRead;
    }

    @Override
    public UnitDone call(WorkUnit unit) throws IOException {
        ExecutorState executor = ExecutorState.ofThisProcess();
        Storage storage = executor.storage();
        var tokenizer = executor.tokenizer(recipe.value());
        UnitRecord record = UnitWork.run(unit, recipe.value(), tokenizer, storage);
        bytesRead.add(unit.bytes());
        return new UnitDone(unit.name(), record.documents());
    }

    /** What the driver learns of a work unit that was prepared; its record is in the dataset. */
    public record UnitDone(String name, long documents) {}
}
