package io.github.hyenaspark.jobs.spark.prepare;

import io.github.hyenaspark.data.document.Document;
import io.github.hyenaspark.data.document.DocumentReader.BadDocumentException;
import io.github.hyenaspark.data.document.DocumentReader.BadFileException;
import io.github.hyenaspark.data.document.DocumentStep;
import io.github.hyenaspark.data.document.RejectedDocumentException;
import io.github.hyenaspark.data.document.SourceConfig;
import io.github.hyenaspark.data.document.clean.CleanConfig;
import io.github.hyenaspark.data.prepare.DataConfig;
import io.github.hyenaspark.data.prepare.unit.WorkUnit;
import io.github.hyenaspark.data.token.Tokenizer.MalformedTextException;
import io.github.hyenaspark.data.token.WordCounts;
import io.github.hyenaspark.data.token.WordCounts.PreTokens;
import io.github.hyenaspark.jobs.spark.task.ExecutorState;
import io.github.hyenaspark.jobs.spark.task.TaskWatch;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Optional;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.storage.StorageLevel;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import scala.Tuple2;

/**
 * Counts the words of an input: parts of the counts where the texts are read, their sums by word, and of each partition
 * of the sums its most frequent words, which the driver takes one partition after the other. The result depends neither
 * on partitions nor on attempts.
 */
public final class SparkWordCount {
    private static final Logger LOG = LoggerFactory.getLogger(SparkWordCount.class);
    /** No word is empty, so the count of this one is the number of refused documents. */
    private static final String REFUSED = "";

    /** Tasks that read units. */
    private static final int MOST_SLICES = 4096;
    /** Partitions of the sums, unless more tasks run at once: for each there is a job, and a block of every slice. */
    private static final int MOST_SUMS = 512;

    private final JavaSparkContext context;

    public SparkWordCount(JavaSparkContext context) {
        this.context = context;
    }

    /** The most frequent words of these units, at least 1; throws if a unit could not be read at every attempt. */
    public WordCountPart count(DataConfig config, List<WorkUnit> units, int maxWords) {
        TaskWatch.describe(context, "count the words of " + units.size() + " units of " + config.input());
        var top = new WordCounts.Top(maxWords);
        long refused = 0;
        JavaRDD<WordCountPart> parts = parts(config, units, maxWords).persist(StorageLevel.DISK_ONLY());
        try {
            parts.count(); // by all slots: what follows is a job for each partition, one after the other
            for (Iterator<WordCountPart> all = parts.toLocalIterator(); all.hasNext(); ) {
                WordCountPart part = all.next();
                top.add(part.words());
                refused += part.refused();
            }
        } finally {
            parts.unpersist(false);
        }
        return new WordCountPart(top.selection(), refused);
    }

    /** The parts of the counts, each with words that are in no other one. */
    JavaRDD<WordCountPart> parts(DataConfig config, List<WorkUnit> units, int maxWords) {
        SourceConfig source = config.source();
        CleanConfig clean = config.clean();
        int slices = Math.min(units.size(), MOST_SLICES);
        int sums = Math.min(slices, Math.max(context.defaultParallelism(), MOST_SUMS));
        return context.parallelize(new ArrayList<>(units), slices)
                .mapPartitionsToPair(part -> counts(source, clean, part))
                .reduceByKey(Long::sum, sums)
                .mapPartitions(counts -> List.of(part(counts, maxWords)).iterator());
    }

    /**
     * Counts the words of work units on an executor. A word may come several times, each time with a part of its count.
     * Texts are those that are tokenized later: after the user's steps and the normaliser. A document whose text is
     * malformed, or that a step rejects, counts up to the piece before that, and once under {@link #REFUSED}.
     */
    private static Iterator<Tuple2<String, Long>> counts(
            SourceConfig source, CleanConfig clean, Iterator<WorkUnit> units) throws IOException {
        var documents = new WorkUnit.Documents(ExecutorState.ofThisProcess().storage(), source, units);
        return new Counts(documents, clean);
    }

    /** Reads until the counts are full, hands them out, and reads on. */
    private static final class Counts implements Iterator<Tuple2<String, Long>> {
        private static final int MOST_TOLD = 10; // of a task

        private final WorkUnit.Documents documents;
        private final CleanConfig clean;
        private final List<DocumentStep> steps;
        private final WordCounts counts = new WordCounts();
        private Optional<PreTokens> words = Optional.empty();
        private Iterator<WordCounts.WordCount> drained = Collections.emptyIterator();
        private long refused; // not handed out yet
        private long told;
        private boolean atEnd;

        Counts(WorkUnit.Documents documents, CleanConfig clean) {
            this.documents = documents;
            this.clean = clean;
            this.steps = DocumentStep.named(clean.steps());
        }

        @Override
        public boolean hasNext() {
            try {
                while (!drained.hasNext() && !atEnd) {
                    fill();
                    drained = counts.drain().iterator();
                }
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
            return drained.hasNext() || refused > 0;
        }

        @Override
        public Tuple2<String, Long> next() {
            if (!hasNext()) {
                throw new NoSuchElementException("all words have been taken");
            }
            if (drained.hasNext()) {
                WordCounts.WordCount word = drained.next();
                return new Tuple2<>(word.word(), word.count());
            }
            long more = refused;
            refused = 0;
            return new Tuple2<>(REFUSED, more);
        }

        private void fill() throws IOException {
            while (!counts.isFull() && !atEnd) {
                try {
                    countNext();
                } catch (MalformedTextException e) {
                    refuse(e.reason(), e.offset());
                } catch (BadDocumentException e) {
                    refuse(e.reason(), e.offset());
                } catch (RejectedDocumentException e) {
                    refuse(e.reason(), 0);
                } catch (BadFileException e) {
                    refuse(e.reason(), e.offset());
                    documents.close();
                }
            }
        }

        private void countNext() throws IOException {
            if (words.isEmpty()) {
                Optional<Document> document = documents.next();
                atEnd = document.isEmpty();
                if (document.isPresent()) {
                    InputStream text = DocumentStep.applyAll(
                            steps, document.get(), document.get().text());
                    words = Optional.of(new PreTokens(clean.normalisation().apply(text)));
                }
            } else if (!words.get().countNext(counts)) {
                words = Optional.empty();
            }
        }

        private void refuse(String reason, long offset) {
            told++;
            if (told <= MOST_TOLD) {
                LOG.warn("refused a document at byte {}: {}", offset, reason);
            }
            refused++;
            words = Optional.empty();
        }
    }

    /** The part of the counts that lies in one partition: all of its words are in no other one. */
    private static WordCountPart part(Iterator<Tuple2<String, Long>> counts, int maxWords) {
        var top = new WordCounts.Top(maxWords);
        long refused = 0;
        while (counts.hasNext()) {
            Tuple2<String, Long> count = counts.next();
            if (count._1().equals(REFUSED)) {
                refused += count._2();
            } else {
                top.add(new WordCounts.WordCount(count._1(), count._2()));
            }
        }
        return new WordCountPart(top.selection(), refused);
    }

    /** The most frequent of some words, what was cut, and how many documents were refused as malformed. */
    public record WordCountPart(WordCounts.Top.Selection words, long refused) {}
}
