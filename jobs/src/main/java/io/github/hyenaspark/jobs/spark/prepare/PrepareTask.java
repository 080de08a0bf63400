package io.github.hyenaspark.jobs.spark.prepare;

import io.github.hyenaspark.data.prepare.Recipe;
import io.github.hyenaspark.data.prepare.unit.UnitRecord;
import io.github.hyenaspark.data.prepare.unit.UnitWork;
import io.github.hyenaspark.data.prepare.unit.WorkUnit;
import io.github.hyenaspark.io.Storage;
import io.github.hyenaspark.jobs.spark.task.SharedTokenizers;
import io.github.hyenaspark.jobs.spark.task.SparkStorage;
import java.io.IOException;
import org.apache.spark.api.java.function.Function;
import org.apache.spark.broadcast.Broadcast;
import org.apache.spark.util.LongAccumulator;

/** Prepares one work unit on an executor. Safe to repeat and to run twice at once; publishes nothing. */
final class PrepareTask implements Function<WorkUnit, UnitDone> {
    private static final long serialVersionUID = 1;

    private final Broadcast<Recipe> recipe;
    /** For the display alone: a task that was done twice counts twice. */
    private final LongAccumulator bytesRead;

    PrepareTask(Broadcast<Recipe> recipe, LongAccumulator bytesRead) {
        this.recipe = recipe;
        this.bytesRead = bytesRead;
    }

    @Override
    public UnitDone call(WorkUnit unit) throws IOException {
        Storage storage = SparkStorage.ofThisExecutor();
        var tokenizer = SharedTokenizers.of(storage, recipe.value());
        UnitRecord record = UnitWork.run(unit, recipe.value(), tokenizer, storage);
        bytesRead.add(unit.bytes());
        return new UnitDone(unit.name(), record.documents());
    }
}
