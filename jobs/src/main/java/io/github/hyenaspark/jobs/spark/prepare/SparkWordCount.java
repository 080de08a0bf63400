package io.github.hyenaspark.jobs.spark.prepare;

import io.github.hyenaspark.data.prepare.DataConfig;
import io.github.hyenaspark.data.prepare.unit.WorkUnit;
import io.github.hyenaspark.data.token.train.TopWords;
import io.github.hyenaspark.jobs.spark.task.TaskWatch;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;

/**
 * Counts the words of an input: parts of the counts where the texts are read, their sums by word, and of each partition
 * of the sums its most frequent words, which the driver takes one partition after the other. The result depends neither
 * on partitions nor on attempts.
 */
public final class SparkWordCount {
    private final JavaSparkContext context;

    public SparkWordCount(JavaSparkContext context) {
        this.context = context;
    }

    /** The most frequent words of these units, at least 1; throws if a unit could not be read at every attempt. */
    public CountWordsTask.WordCountPart count(DataConfig config, List<WorkUnit> units, int maxWords)
            throws IOException {
        return count(config, units, maxWords, Math.max(units.size(), context.defaultParallelism()));
    }

    CountWordsTask.WordCountPart count(DataConfig config, List<WorkUnit> units, int maxWords, int partitions)
            throws IOException {
        String description = "count the words of " + units.size() + " units of " + config.input();
        TaskWatch.describe(context, description);
        JavaRDD<CountWordsTask.WordCountPart> parts = context.parallelize(
                        new ArrayList<>(units), Math.min(units.size(), partitions))
                .mapPartitionsToPair(new CountWordsTask(config.source()))
                .reduceByKey(Long::sum, partitions)
                .mapPartitions(
                        counts -> List.of(CountWordsTask.part(counts, maxWords)).iterator());
        var top = new TopWords(maxWords);
        long refused = 0;
        for (Iterator<CountWordsTask.WordCountPart> all = parts.toLocalIterator(); all.hasNext(); ) {
            CountWordsTask.WordCountPart part = all.next();
            top.add(part.words());
            refused += part.refused();
        }
        return new CountWordsTask.WordCountPart(top.selection(), refused);
    }
}
