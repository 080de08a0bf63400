package io.github.hyenaspark.jobs.spark.prepare;

import io.github.hyenaspark.data.prepare.commit.DatasetVerification;
import io.github.hyenaspark.data.prepare.commit.DatasetVerification.Faults;
import io.github.hyenaspark.data.shard.ObjectRef;
import io.github.hyenaspark.io.Storage;
import io.github.hyenaspark.jobs.spark.task.ExecutorState;
import io.github.hyenaspark.jobs.spark.task.TaskWatch;
import java.io.IOException;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import org.apache.spark.api.java.JavaSparkContext;

/** Reads the objects of a dataset as one Spark job: each task some of them, one after the other. */
public final class SparkVerification implements DatasetVerification.Reading {
    /** Of one task, at most: a million objects are some ten thousand tasks. */
    private static final int OBJECTS_OF_A_TASK = 64;

    private final JavaSparkContext context;
    private final String dataset;

    public SparkVerification(JavaSparkContext context, String dataset) {
        this.context = context;
        this.dataset = dataset;
    }

    /** Objects of one task, the first of them with an index in the list of all. */
    public record Portion(int first, List<ObjectRef> objects) implements Serializable {
        public Portion {
            objects = Collections.unmodifiableList(new ArrayList<>(objects));
        }
    }

    @Override
    public Faults of(List<ObjectRef> objects) {
        if (objects.isEmpty()) {
            return Faults.NONE;
        }
        int each = Math.max(1, Math.min(OBJECTS_OF_A_TASK, objects.size() / context.defaultParallelism()));
        List<Portion> portions = new ArrayList<>();
        for (int first = 0; first < objects.size(); first += each) {
            portions.add(new Portion(first, objects.subList(first, Math.min(objects.size(), first + each))));
        }
        String place = dataset; // a task shall not carry the context
        TaskWatch.describe(context, "verify " + objects.size() + " objects of " + dataset);
        return context.parallelize(portions, portions.size())
                .map(portion -> faults(place, portion))
                .reduce(Faults::plus);
    }

    private static Faults faults(String dataset, Portion portion) throws IOException {
        Storage storage = ExecutorState.ofThisProcess().storage();
        List<Optional<String>> found = new ArrayList<>();
        for (ObjectRef object : portion.objects) {
            found.add(DatasetVerification.fault(storage, dataset, object));
        }
        return Faults.of(portion.first, found);
    }
}
