package io.github.hyenaspark.jobs.spark.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.hyenaspark.jobs.spark.task.RunPlugin;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.apache.spark.SparkConf;
import org.apache.spark.SparkEnv;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.broadcast.Broadcast;
import org.junit.jupiter.api.Test;

class SparkRuntimeIT {
    private static SparkConf application() {
        return new SparkConf()
                .setMaster("local[2]")
                .setAppName("an application")
                .set("spark.ui.enabled", "false")
                .set("spark.driver.host", "127.0.0.1")
                .set("spark.driver.bindAddress", "127.0.0.1");
    }

    private static SparkConf withWhatTasksNeed() {
        return application()
                .set("spark.serializer", "org.apache.spark.serializer.KryoSerializer")
                .set("spark.kryo.registrator", KryoRegistration.class.getName())
                .set("spark.plugins", RunPlugin.class.getName());
    }

    @Test
    void theSessionOfAnApplicationIsBorrowedAndGoesOnAfterTheJob() {
        try (JavaSparkContext context = new JavaSparkContext(withWhatTasksNeed())) {
            try (SparkRuntime runtime = SparkRuntime.start("a job", 1)) {
                assertThat(runtime.isOwned()).isFalse();
                assertThat(runtime.context().sc()).isSameAs(context.sc());
            }
            assertThat(context.sc().isStopped()).isFalse();
            assertThat(context.appName()).isEqualTo("an application");
        }
    }

    @Test
    void aSessionThatLacksWhatTasksNeedIsRefusedAndGoesOn() {
        try (JavaSparkContext context = new JavaSparkContext(application())) {
            assertThatThrownBy(() -> SparkRuntime.start("a job", 2))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage("the Spark session that runs in this JVM lacks"
                            + " spark.serializer=org.apache.spark.serializer.KryoSerializer,"
                            + " spark.kryo.registrator=io.github.hyenaspark.jobs.spark.session.KryoRegistration,"
                            + " spark.plugins=io.github.hyenaspark.jobs.spark.task.RunPlugin, spark.task.cpus=2;"
                            + " start it with that, or stop it and the command starts its own");
            assertThat(context.sc().isStopped()).isFalse();
        }
    }

    @Test
    void withoutASessionTheJobHasItsOwnWhichEndsWithIt() {
        withOwnSession(runtime -> {
            assertThat(runtime.isOwned()).isTrue();
            assertThat(runtime.context().appName()).isEqualTo("a job");
        });
        assertThat(SparkEnv.get()).isNull();
    }

    @Test
    void removalsThatAreUnderWayAtTheEndLeaveNoStackTrace() {
        PrintStream messages = System.err;
        var said = new ByteArrayOutputStream();
        System.setErr(new PrintStream(said, true, StandardCharsets.UTF_8));
        try {
            withOwnSession(runtime -> {
                List<Broadcast<Integer>> sent = IntStream.range(0, 300)
                        .mapToObj(number -> runtime.context().broadcast(number))
                        .toList();
                sent.forEach(Broadcast::destroy);
            });
        } finally {
            System.setErr(messages);
        }
        assertThat(said.toString(StandardCharsets.UTF_8)).doesNotContain("\tat ");
    }

    private static void withOwnSession(Consumer<SparkRuntime> job) {
        System.setProperty("spark.master", "local[1]");
        System.setProperty("spark.ui.enabled", "false");
        System.setProperty("spark.driver.bindAddress", "127.0.0.1");
        System.setProperty("spark.driver.host", "127.0.0.1");
        try (SparkRuntime runtime = SparkRuntime.start("a job", 1)) {
            job.accept(runtime);
        } finally {
            System.getProperties().keySet().removeIf(key -> key.toString().startsWith("spark."));
        }
    }
}
