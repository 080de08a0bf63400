package io.github.hyenaspark.jobs.spark.task;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.hyenaspark.jobs.testing.OtherApplication;
import java.io.IOException;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.Test;

class MemoryNeedsIT {
    /** It is in no system property. */
    @Test
    void whatAnApplicationGaveItsSessionCounts() throws IOException {
        try (SparkSession session = OtherApplication.session("local[3]")) {
            assertThat(session.sparkContext().isStopped()).isFalse();
            assertThat(MemoryNeeds.master()).isEqualTo("local[3]");
            assertThat(MemoryNeeds.tasksHere(1)).isEqualTo(3);
            session.sparkContext().conf().set("spark.executor.memory", "3g");
            assertThatThrownBy(() -> new MemoryNeeds("fit", 0, 1L << 50, 0, 0, 0, "less").refuseUnlessTheyFit(0))
                    .hasMessageContaining("of the heap of an executor, found 3,072 MiB");
        }
        assertThat(MemoryNeeds.master()).as("once it has ended").isNotEqualTo("local[3]");
    }
}
