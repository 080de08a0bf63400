package io.github.hyenaspark.jobs.spark.task;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class MemoryNeedsTest {
    private static final String MASTER = "spark.master";
    private static final String EXECUTORS = "spark.executor.instances";
    private static final String CORES = "spark.executor.cores";
    private static final String DYNAMIC = "spark.dynamicAllocation.enabled";
    private static final long HUGE = 1L << 50;

    private String before = "";

    @BeforeEach
    void rememberMaster() {
        before = System.getProperty(MASTER, "");
    }

    @AfterEach
    void restoreMaster() {
        List.of(MASTER, EXECUTORS, CORES, DYNAMIC).forEach(System::clearProperty);
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

    @ParameterizedTest
    @CsvSource({
        "'', '', 8, 2, 1", // nobody knows how many there are
        "'', 8, 8, 2, 1",
        "2, '', 8, 2, 1",
        "2, 8, 8, 2, 4",
        "2, 8, 5, 1, 3",
        "2, 2, 8, 1, 2",
        "16, 8, 8, 1, 1"
    })
    void tasksOfAnExecutorFollowFromItsCoresWhereTheSettingsAreKnown(
            String executors, String cores, int tasks, int threads, int expected) {
        set(EXECUTORS, executors);
        set(CORES, cores);
        assertThat(MemoryNeeds.tasksOfExecutor(tasks, threads)).isEqualTo(expected);
        if (!executors.isEmpty()) {
            System.setProperty(DYNAMIC, "true");
            assertThat(MemoryNeeds.tasksOfExecutor(tasks, threads)).isEqualTo(1);
        }
    }

    private static void set(String key, String value) {
        if (!value.isEmpty()) {
            System.setProperty(key, value);
        }
    }

    /** 1 GiB of heap and 384 MiB beside it, which YARN and Kubernetes keep to, and others do not. */
    @ParameterizedTest
    @CsvSource({"yarn, true", "k8s://https://host, true", "spark://host:7077, false"})
    void theTasksOfAContainerFitIntoItTogether(String master, boolean watched) {
        System.setProperty(MASTER, master);
        long half = 512L << 20;
        var needs = new MemoryNeeds("train", 0, 0, half, 0, half, "less");
        needs.refuseUnlessTheyFit(0, 1);
        assertThatThrownBy(() -> needs.refuseUnlessTheyFit(0, 3))
                .hasMessageContaining("1,536 MiB of the heap of an executor, found 1,024 MiB");
        if (watched) {
            assertThatThrownBy(() -> needs.refuseUnlessTheyFit(0, 2))
                    .hasMessageContaining("2,048 MiB of the container of an executor, found 1,408 MiB");
        } else {
            needs.refuseUnlessTheyFit(0, 2);
        }
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
