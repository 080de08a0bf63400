package io.github.hyenaspark.jobs.testing;

import io.github.hyenaspark.io.Json;
import io.github.hyenaspark.jobs.spark.Scoring;
import java.io.IOException;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;

/** An application with a session of its own, which scores a file of JSON lines and prints a line for each document. */
public final class OtherApplication {
    private OtherApplication() {}

    /** Scores with the run that the first argument names; the second one names the documents. */
    public static void main(String[] arguments) throws IOException {
        try (SparkSession session =
                SparkSession.builder().appName("an application").getOrCreate()) {
            Dataset<Row> documents = session.read().json(arguments[1]);
            for (Row row : Scoring.open(session, arguments[0])
                    .score(documents, "name", "text")
                    .collectAsList()) {
                double nats = row.getAs("nats");
                System.out.println(
                        Json.line(Json.object().put("name", row.getString(0)).put("nats", nats)));
            }
        }
    }
}
