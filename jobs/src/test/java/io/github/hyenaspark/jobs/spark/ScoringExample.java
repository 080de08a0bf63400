package io.github.hyenaspark.jobs.spark;

import java.io.IOException;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;

/** The example of an application in docs/using-a-model.md. */
public final class ScoringExample {
    private ScoringExample() {}

    public static Dataset<Row> oddest(SparkSession spark, String run, Dataset<Row> documents) throws IOException {
        // docs: begin
        Scoring scoring = Scoring.open(spark, run);
        Dataset<Row> scores = scoring.score(documents, "id", "text");
        Dataset<Row> oddest = scores.filter("error is null")
                .orderBy(scores.col("bits_per_byte").desc());
        // docs: end
        return oddest;
    }
}
