package io.github.hyenaspark.jobs.spark.task;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class MemoryNeedsTest {
    private static final String MASTER = "spark.master";
    private static final long HUGE = 1L << 50;

    private String before = "";

    @BeforeEach
    void rememberMaster() {
        before = System.getProperty(MASTER, "");
    }

    @AfterEach
    void restoreMaster() {
        System.clearProperty(MASTER);
        if (!before.isEmpty()) {
            System.setProperty(MASTER, before);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "local, 2, 1",
        "local[8], 2, 4",
        "local[1], 2, 1",
        "'local[8,3]', 1, 8",
        "'local-cluster[2,4,1024]', 1, 0",
        "spark://host:7077, 1, 0",
        "yarn, 1, 0"
    })
    void tasksRunHereWithALocalMasterOnly(String master, int threads, int expected) {
        System.setProperty(MASTER, master);
        assertThat(MemoryNeeds.tasksHere(threads)).isEqualTo(expected);
    }

    @Test
    void whatFitsIsTaken() {
        new MemoryNeeds("score", 1, 1, 1, 1, 1, "less").refuseUnlessTheyFit(0);
        new MemoryNeeds("score", 1, HUGE, 1, 1, 1, "less").refuseUnlessTheyFit(3);
    }

    @Test
    void whatDoesNotFitIsToldWithWhere() {
        long quarter = Runtime.getRuntime().maxMemory() / 4;
        assertThatThrownBy(() -> new MemoryNeeds("score", quarter, 0, quarter, 0, 0, "less").refuseUnlessTheyFit(4))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageMatching("score needs [0-9,]+ MiB of the heap of the driver, found [0-9,]+ MiB; give"
                        + " -- --driver-memory SIZE, or less");
        assertThatThrownBy(() -> new MemoryNeeds("score", 0, 0, 0, 0, HUGE, "less").refuseUnlessTheyFit(1))
                .hasMessageContaining("of the memory of this machine, found ");
        assertThatThrownBy(() -> new MemoryNeeds("score", 0, HUGE, 0, 0, 0, "less").refuseUnlessTheyFit(0))
                .hasMessageContaining("of the heap of an executor, found 1,024 MiB; give --conf spark.executor.memory");
    }
}
