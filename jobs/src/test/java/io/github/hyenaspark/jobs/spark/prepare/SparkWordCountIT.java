package io.github.hyenaspark.jobs.spark.prepare;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.hyenaspark.config.Settings;
import io.github.hyenaspark.data.document.InputFile;
import io.github.hyenaspark.data.prepare.DataConfig;
import io.github.hyenaspark.data.prepare.unit.WorkUnit;
import io.github.hyenaspark.jobs.testing.OtherApplication;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.rdd.RDD;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.Test;

class SparkWordCountIT {
    private static final WorkUnit UNIT = new WorkUnit(List.of(new InputFile("a.txt", "/a.txt", 1, 0, "").whole()));

    /** The numbers of partitions from the last stage to the first. */
    private static List<Integer> partitions(JavaSparkContext context, int units) {
        DataConfig config =
                Settings.load(List.of("data.input=/", "data.dataset=/none")).bind("data", DataConfig.class);
        List<Integer> found = new ArrayList<>();
        RDD<?> rdd = new SparkWordCount(context)
                .parts(config, Collections.nCopies(units, UNIT), 1)
                .rdd();
        found.add(rdd.getNumPartitions());
        while (rdd.dependencies().nonEmpty()) {
            rdd = rdd.dependencies().head().rdd();
            found.add(rdd.getNumPartitions());
        }
        return found.stream().distinct().toList();
    }

    @Test
    void partitionsAreFewHoweverManyUnitsThereAre() throws IOException {
        try (SparkSession session = OtherApplication.session("local[2]")) {
            JavaSparkContext context = JavaSparkContext.fromSparkContext(session.sparkContext());
            assertThat(partitions(context, 155_000)).containsExactly(512, 4096);
            assertThat(partitions(context, 1000)).containsExactly(512, 1000);
            assertThat(partitions(context, 1)).containsExactly(1);
        }
    }
}
