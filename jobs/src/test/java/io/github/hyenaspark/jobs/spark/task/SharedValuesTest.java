package io.github.hyenaspark.jobs.spark.task;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.hyenaspark.jobs.spark.task.TaskCache.SharedValues;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class SharedValuesTest {
    private final SharedValues<String, Object> values = new SharedValues<>(2);
    private final AtomicInteger made = new AtomicInteger();

    private Object make() {
        made.incrementAndGet();
        return new Object();
    }

    @Test
    void allTasksShareWhatTheFirstOneMade() throws Exception {
        List<CompletableFuture<Object>> tasks = new ArrayList<>();
        for (int task = 0; task < 8; task++) {
            tasks.add(CompletableFuture.supplyAsync(() -> {
                try {
                    return values.get("train", this::make);
                } catch (IOException e) {
                    throw new AssertionError(e);
                }
            }));
        }
        for (CompletableFuture<Object> task : tasks) {
            assertThat(task.get()).isSameAs(tasks.get(0).get());
        }
        assertThat(made).hasValue(1);
    }

    @Test
    void afterAFailureTheNextTaskTries() throws IOException {
        assertThatThrownBy(() -> values.get("train", () -> {
                    throw new IOException("the store is away");
                }))
                .hasMessage("the store is away");
        assertThat(values.get("train", this::make)).isSameAs(values.get("train", this::make));
    }

    @Test
    void onlyThoseUsedLastAreKept() throws IOException {
        Object first = values.get("a", this::make);
        values.get("b", this::make);
        assertThat(values.get("a", this::make)).isSameAs(first);
        values.get("c", this::make);
        assertThat(values.get("a", this::make)).isSameAs(first);
        assertThat(made).hasValue(3);
        values.get("b", this::make);
        assertThat(made).hasValue(4);
    }
}
