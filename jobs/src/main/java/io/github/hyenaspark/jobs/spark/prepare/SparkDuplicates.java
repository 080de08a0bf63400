package io.github.hyenaspark.jobs.spark.prepare;

import io.github.hyenaspark.data.prepare.DatasetSpec;
import io.github.hyenaspark.data.prepare.unit.DuplicateRule;
import io.github.hyenaspark.data.shard.ObjectRef;
import io.github.hyenaspark.data.shard.snapshot.UnitEntry;
import io.github.hyenaspark.data.shard.table.DocumentTable;
import io.github.hyenaspark.io.Storage;
import io.github.hyenaspark.jobs.spark.task.ExecutorState;
import java.io.IOException;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.spark.Partitioner;
import org.apache.spark.api.java.JavaPairRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.broadcast.Broadcast;
import scala.Tuple2;

/**
 * Finds duplicates by two sorts: candidates by their keys, then what was found by unit. How many partitions there are
 * decides nothing, and neither the driver nor a task holds more than the documents of one unit.
 */
public final class SparkDuplicates {
    private static final int MOST_PARTITIONS = 512;

    private final JavaSparkContext context;

    public SparkDuplicates(JavaSparkContext context) {
        this.context = context;
    }

    /**
     * Lists the duplicates that the recipe wants to be left out in the dataset; {@code units} are those of the snapshot
     * to come, in its order. Returns them by unit name; units without duplicates are missing.
     */
    public Map<String, DuplicateRule.UnitDuplicates> find(DatasetSpec recipe, List<UnitEntry> units) {
        int kinds = DuplicateRule.kinds(recipe.config().clean().duplicates());
        if (kinds == 0 || units.isEmpty()) {
            return Map.of();
        }
        context.setJobDescription("look for duplicates in " + units.size() + " units");
        List<Integer> reads = new ArrayList<>(IntStream.range(0, Math.multiplyExact(units.size(), kinds))
                .boxed()
                .toList());
        int partitions = Math.min(units.size(), MOST_PARTITIONS);
        var byKey = (Comparator<long[]> & Serializable) Arrays::compare;
        var byUnit = (Comparator<long[]> & Serializable)
                (a, b) -> Integer.compare(DuplicateRule.unit(a), DuplicateRule.unit(b));
        Broadcast<Plan> plan = context.broadcast(new Plan(recipe, units));
        try {
            JavaPairRDD<long[], Boolean> candidates = context.parallelize(
                            reads, Math.min(reads.size(), MOST_PARTITIONS))
                    .flatMapToPair(read -> candidates(plan.value(), read / kinds, read % kinds));
            JavaPairRDD<long[], Boolean> duplicates = candidates
                    .repartitionAndSortWithinPartitions(new Spread(partitions, DuplicateRule::partition), byKey)
                    .mapPartitionsToPair(SparkDuplicates::duplicates)
                    .repartitionAndSortWithinPartitions(
                            new Spread(partitions, (found, count) -> DuplicateRule.unit(found) % count), byUnit);
            return duplicates.mapPartitions(sorted -> lists(plan.value(), sorted)).collect().stream()
                    .collect(Collectors.toMap(DuplicateRule.UnitDuplicates::unit, found -> found));
        } finally {
            plan.destroy();
            context.setJobDescription(null);
        }
    }

    private static Iterator<Tuple2<long[], Boolean>> candidates(Plan plan, int unit, int kind) throws IOException {
        Optional<ObjectRef> table = plan.units().get(unit).object(DocumentTable.FOLDER);
        if (table.isEmpty()) {
            return Collections.emptyIterator();
        }
        Storage storage = ExecutorState.ofThisProcess().storage();
        String dataset = plan.recipe().config().dataset();
        return DuplicateRule.candidates(storage, dataset, table.get(), unit, kind).stream()
                .map(candidate -> new Tuple2<>(candidate, true))
                .iterator();
    }

    private static Iterator<Tuple2<long[], Boolean>> duplicates(Iterator<Tuple2<long[], Boolean>> sorted) {
        return mapped(DuplicateRule.duplicates(mapped(sorted, Tuple2::_1)), found -> new Tuple2<>(found, true));
    }

    private static Iterator<DuplicateRule.UnitDuplicates> lists(Plan plan, Iterator<Tuple2<long[], Boolean>> sorted)
            throws IOException {
        List<DuplicateRule.UnitDuplicates> lists = new ArrayList<>();
        List<long[]> ofUnit = new ArrayList<>();
        while (sorted.hasNext()) {
            long[] found = sorted.next()._1();
            if (!ofUnit.isEmpty() && DuplicateRule.unit(ofUnit.get(0)) != DuplicateRule.unit(found)) {
                list(plan, ofUnit).ifPresent(lists::add);
                ofUnit.clear();
            }
            ofUnit.add(found);
        }
        if (!ofUnit.isEmpty()) {
            list(plan, ofUnit).ifPresent(lists::add);
        }
        return lists.iterator();
    }

    private static Optional<DuplicateRule.UnitDuplicates> list(Plan plan, List<long[]> found) throws IOException {
        String unit = plan.units().get(DuplicateRule.unit(found.get(0))).name();
        return DuplicateRule.list(
                ExecutorState.ofThisProcess().storage(), plan.recipe().config().dataset(), unit, found);
    }

    private static <A, B> Iterator<B> mapped(Iterator<A> from, Function<A, B> map) {
        return new Iterator<>() {
            @Override
            public boolean hasNext() {
                return from.hasNext();
            }

            @Override
            public B next() {
                return map.apply(from.next());
            }
        };
    }

    /** Of so many partitions, the one that a candidate goes to. */
    private interface Choice extends Serializable {
        int partition(long[] candidate, int partitions);
    }

    private static final class Spread extends Partitioner {
        private static final long serialVersionUID = 1;
        private final int partitions;
        private final Choice choice;

        Spread(int partitions, Choice choice) {
            this.partitions = partitions;
            this.choice = choice;
        }

        @Override
        public int numPartitions() {
            return partitions;
        }

        @Override
        public int getPartition(Object candidate) {
            return choice.partition((long[]) candidate, partitions);
        }
    }

    /** The dataset's recipe, and the units of the snapshot to come, in its order. */
    public record Plan(DatasetSpec recipe, List<UnitEntry> units) {
        public Plan {
            units = Collections.unmodifiableList(new ArrayList<>(units));
        }
    }
}
