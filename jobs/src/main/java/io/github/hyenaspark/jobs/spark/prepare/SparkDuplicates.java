package io.github.hyenaspark.jobs.spark.prepare;

import io.github.hyenaspark.data.prepare.duplicate.DuplicateLists;
import io.github.hyenaspark.data.prepare.duplicate.DuplicateRule;
import io.github.hyenaspark.data.prepare.duplicate.DuplicateSearch;
import io.github.hyenaspark.data.prepare.duplicate.KeyMerge;
import io.github.hyenaspark.data.prepare.duplicate.KeyRunFile;
import io.github.hyenaspark.data.shard.ObjectRef;
import io.github.hyenaspark.jobs.spark.task.ExecutorState;
import java.io.IOException;
import java.io.Serializable;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Iterator;
import java.util.List;
import java.util.function.Predicate;
import java.util.stream.IntStream;
import org.apache.spark.Partitioner;
import org.apache.spark.TaskContext;
import org.apache.spark.api.java.JavaPairRDD;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.broadcast.Broadcast;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import scala.Tuple2;

/**
 * Finds duplicates as two Spark jobs: one sorts the keys of new documents, the other merges all sorted keys and groups
 * what it finds by unit, so that tasks write the lists of duplicates. How many partitions there are decides nothing,
 * and neither the driver nor a task holds more than a few keys, the duplicates of one unit, or the lists of one
 * segment.
 */
public final class SparkDuplicates {
    private static final Logger LOG = LoggerFactory.getLogger(SparkDuplicates.class);
    private static final int MOST_PARTITIONS = 512;
    /**
     * New keys that one task sorts, and the driver lists the duplicates among, in memory, 50 MB of it: for so few a
     * shuffle takes longer than all else.
     */
    private static final long FEW_KEYS = 500_000;

    private final JavaSparkContext context;
    private final Predicate<DuplicateSearch> small;

    public SparkDuplicates(JavaSparkContext context) {
        this(context, SparkDuplicates::isSmall);
    }

    /** @param small which searches one task sorts and the driver lists; decides no result */
    SparkDuplicates(JavaSparkContext context, Predicate<DuplicateSearch> small) {
        this.context = context;
        this.small = small;
    }

    /** One task would read the new documents' tables anyway. */
    private static boolean isSmall(DuplicateSearch search) {
        return search.units().size() <= 1 && search.keys(search.unsorted()) + search.keys(search.sought()) <= FEW_KEYS;
    }

    /** Lists the duplicates that a commit has to know. */
    public DuplicateSearch.Result find(DuplicateSearch search) throws IOException {
        if (search.kinds() == 0
                || (search.wanted().isEmpty() && search.unsorted().isEmpty())) {
            return new DuplicateSearch.Result(search.runs(), List.of());
        }
        boolean few = small.test(search);
        if (!few) {
            LOG.info("looking for duplicates of {} documents", DuplicateSearch.documents(search.sought()));
        }
        context.setJobDescription("sort the keys of " + search.unsorted().size() + " new segments");
        DuplicateSearch sorted = search.unsorted().isEmpty() ? search : search.with(sort(search, few));
        context.setJobDescription("merge " + sorted.runs().size() + " runs of keys");
        try {
            List<DuplicateSearch.Marked> marked = search.wanted().isEmpty() ? List.of() : merge(sorted, few);
            return new DuplicateSearch.Result(
                    sorted.merged(merge -> write(merge, search.spec().config().dataset())), marked);
        } finally {
            context.setJobDescription(null);
        }
    }

    private List<ObjectRef> sort(DuplicateSearch search, boolean few) {
        List<DuplicateSearch.Units> units = search.units();
        int parts = search.newParts();
        var byKey = (Comparator<long[]> & Serializable) DuplicateRule::compare;
        Broadcast<DuplicateSearch> sent = context.broadcast(search);
        try {
            if (few) {
                return context.parallelize(List.of(0), 1)
                        .map(part -> write(sent.value(), part, parts, sorted(sent.value())))
                        .collect();
            }
            JavaRDD<long[]> candidates = context.parallelize(
                            units, Math.max(1, Math.min(units.size(), MOST_PARTITIONS)))
                    .flatMap(some -> sent.value()
                            .tables(ExecutorState.ofThisProcess().storage(), some)
                            .iterator())
                    .flatMap(table -> candidates(sent.value(), table));
            return keyed(candidates)
                    .repartitionAndSortWithinPartitions(new Spread(parts, DuplicateRule::part), byKey)
                    .keys()
                    .mapPartitionsWithIndex(
                            (part, keys) -> List.of(write(sent.value(), part, parts, keys))
                                    .iterator(),
                            false)
                    .collect();
        } finally {
            sent.destroy();
        }
    }

    private static Iterator<long[]> candidates(DuplicateSearch search, DuplicateSearch.Table table) throws IOException {
        DuplicateRule.Candidates candidates =
                search.candidates(ExecutorState.ofThisProcess().storage(), table);
        TaskContext.get().addTaskCompletionListener(task -> {
            try {
                candidates.close();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        });
        return candidates;
    }

    private static Iterator<long[]> sorted(DuplicateSearch search) throws IOException {
        return search.sorted(ExecutorState.ofThisProcess().storage()).iterator();
    }

    private static ObjectRef write(DuplicateSearch search, int part, int parts, Iterator<long[]> sorted)
            throws IOException {
        return KeyRunFile.write(
                ExecutorState.ofThisProcess().storage(),
                search.spec().config().dataset(),
                search.newName(part),
                part,
                parts,
                () -> sorted.hasNext() ? sorted.next() : new long[0]);
    }

    /** The parts of a run that takes the place of others. */
    private List<ObjectRef> write(KeyMerge merge, String dataset) {
        context.setJobDescription("make one of " + merge.runs().size() + " runs of keys");
        List<Integer> parts =
                new ArrayList<>(IntStream.range(0, merge.parts()).boxed().toList());
        return context.parallelize(parts, parts.size())
                .map(part -> merge.write(ExecutorState.ofThisProcess().storage(), dataset, part))
                .collect();
    }

    private static JavaPairRDD<long[], Boolean> keyed(JavaRDD<long[]> candidates) {
        return candidates.mapToPair(candidate -> new Tuple2<>(candidate, true));
    }

    private List<DuplicateSearch.Marked> merge(DuplicateSearch search, boolean few) throws IOException {
        int ranges = search.ranges();
        List<Integer> all = new ArrayList<>(IntStream.range(0, ranges).boxed().toList());
        Broadcast<DuplicateSearch> sent = context.broadcast(search);
        try {
            JavaRDD<long[]> found =
                    context.parallelize(all, ranges).flatMap(range -> found(sent.value(), range, ranges));
            return few ? listHere(search, found) : list(sent, found);
        } finally {
            sent.destroy();
        }
    }

    /** The duplicates of a range, read as the task takes them. */
    private static Iterator<long[]> found(DuplicateSearch search, int range, int ranges) throws IOException {
        DuplicateSearch.Found found = search.found(ExecutorState.ofThisProcess().storage(), range, ranges);
        TaskContext.get().addTaskCompletionListener(context -> {
            found.close();
        });
        return found;
    }

    private static List<DuplicateSearch.Marked> listHere(DuplicateSearch search, JavaRDD<long[]> found)
            throws IOException {
        List<long[]> sorted = new ArrayList<>(found.collect());
        sorted.sort(DuplicateRule::compareUnits);
        return write(search, sorted.iterator());
    }

    private static List<DuplicateSearch.Marked> list(Broadcast<DuplicateSearch> sent, JavaRDD<long[]> found) {
        int partitions = Math.min(MOST_PARTITIONS, sent.value().wanted().size());
        var byUnit = (Comparator<long[]> & Serializable) DuplicateRule::compareUnits;
        return keyed(found)
                .repartitionAndSortWithinPartitions(
                        new Spread(partitions, (one, count) -> DuplicateRule.segment(one) % count), byUnit)
                .keys()
                .mapPartitions(sorted -> write(sent.value(), sorted).iterator())
                .collect();
    }

    private static List<DuplicateSearch.Marked> write(DuplicateSearch search, Iterator<long[]> sorted)
            throws IOException {
        return DuplicateLists.write(ExecutorState.ofThisProcess().storage(), search, sorted);
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
}
