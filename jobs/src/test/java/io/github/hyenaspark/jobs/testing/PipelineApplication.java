package io.github.hyenaspark.jobs.testing;

import java.io.IOException;
import org.apache.spark.ml.PipelineModel;
import org.apache.spark.sql.SparkSession;

/** An application that knows nothing but Spark: it applies a saved pipeline to JSON lines, and prints such lines. */
public final class PipelineApplication {
    private PipelineApplication() {}

    /** Loads the pipeline that the first argument names; the second one names the documents. */
    public static void main(String[] arguments) throws IOException {
        try (SparkSession session =
                SparkSession.builder().appName("an application").getOrCreate()) {
            PipelineModel.load(arguments[0])
                    .transform(session.read().json(arguments[1]))
                    .toJSON()
                    .collectAsList()
                    .forEach(System.out::println);
        }
    }
}
