package io.github.hyenaspark.jobs.spark.prepare;

import io.github.hyenaspark.data.prepare.Recipe;
import io.github.hyenaspark.data.shard.snapshot.UnitEntry;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * Where duplicates are looked for.
 *
 * @param recipe the dataset's
 * @param units of the snapshot to come, in its order
 */
public record DuplicatePlan(Recipe recipe, List<UnitEntry> units) {
    public DuplicatePlan {
        units = Collections.unmodifiableList(new ArrayList<>(units));
    }
}
