package io.github.hyenaspark.jobs.spark;

import io.github.hyenaspark.data.shard.ObjectRef;
import io.github.hyenaspark.data.shard.snapshot.DatasetSnapshot;
import io.github.hyenaspark.data.shard.snapshot.SnapshotUnits;
import io.github.hyenaspark.data.shard.table.DocumentTable;
import io.github.hyenaspark.io.CorruptFileException;
import io.github.hyenaspark.io.Storage;
import io.github.hyenaspark.jobs.spark.task.SparkStorage;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;

/**
 * The table of documents of one snapshot of a dataset: the rows of all documents in its shards, duplicates too, and of
 * no other. A glob over the folder {@code docs} would also read the documents that later snapshots have removed or
 * replaced, and those of runs that were killed. The columns are those of {@code docs/formats.md}.
 *
 * <pre>{@code
 * Dataset<Row> documents = Documents.read(spark, "hdfs:///datasets/books");
 * documents.groupBy("split").sum("tokens").show();
 * }</pre>
 */
public final class Documents {
    /** What Spark would take for a pattern: of whole names, which it reads as they are once that is escaped. */
    private static final Pattern OF_PATTERNS = Pattern.compile("[\\[\\]{}*?\\\\]");

    private Documents() {}

    /**
     * The documents of the newest snapshot. The driver asks for the snapshot and its segments, and then, as ever, Spark
     * for each table.
     *
     * @param session any one, whose Hadoop settings read the dataset
     * @param dataset URI of its directory
     * @throws IllegalArgumentException if it has no snapshot
     * @throws CorruptFileException if the snapshot or a segment is damaged
     * @throws IOException if it cannot be read
     */
    public static Dataset<Row> read(SparkSession session, String dataset) throws IOException {
        return read(session, dataset, "");
    }

    /**
     * The same of an older snapshot.
     *
     * @param snapshot its number
     * @throws IllegalArgumentException if there is no such snapshot, or not any more
     */
    public static Dataset<Row> read(SparkSession session, String dataset, long snapshot) throws IOException {
        return read(session, dataset, Long.toString(snapshot));
    }

    private static Dataset<Row> read(SparkSession session, String dataset, String number) throws IOException {
        Storage storage = SparkStorage.of(JavaSparkContext.fromSparkContext(session.sparkContext()));
        DatasetSnapshot snapshot = DatasetSnapshot.numbered(storage, dataset, number);
        List<String> tables = tables(storage, dataset, snapshot);
        if (tables.isEmpty()) {
            throw new IllegalArgumentException("there is no document in " + snapshot.uri(dataset)
                    + ", found 0 tables of documents, expected at least one; read another snapshot");
        }
        return session.read().parquet(tables.toArray(String[]::new));
    }

    /** The tables of all units of a snapshot, in its order, as Spark wants them. */
    private static List<String> tables(Storage storage, String dataset, DatasetSnapshot snapshot) throws IOException {
        List<String> tables = new ArrayList<>();
        SnapshotUnits.read(storage, dataset, snapshot, unit -> {
            Optional<ObjectRef> table = unit.entry().object(DocumentTable.FOLDER);
            if (table.isPresent()) {
                String uri =
                        storage.qualify(Storage.resolve(dataset, table.get().file()));
                tables.add(OF_PATTERNS.matcher(uri).replaceAll("\\\\$0"));
            }
        });
        return tables;
    }
}
