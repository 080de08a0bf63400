package io.github.hyenaspark.jobs.prepare;

import io.github.hyenaspark.config.Settings;
import io.github.hyenaspark.data.prepare.DataConfig;
import io.github.hyenaspark.data.prepare.commit.DatasetLease;
import io.github.hyenaspark.data.prepare.commit.Vacuum;
import io.github.hyenaspark.io.Json;
import io.github.hyenaspark.io.Refusal;
import io.github.hyenaspark.io.Storage;
import io.github.hyenaspark.io.TestPoint;
import io.github.hyenaspark.jobs.cli.Console;
import io.github.hyenaspark.jobs.spark.session.SparkRuntime;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;

/** Deletes the files of a dataset that no snapshot lists. */
public final class VacuumJob {
    private static final double MILLIS_PER_HOUR = 3.6e6;

    private VacuumJob() {}

    public static void run(Settings settings, Console console) throws IOException {
        Storage storage = SparkRuntime.storage();
        DataConfig config = settings.bind("data", DataConfig.class).qualified(storage);
        Config vacuum = settings.bind("vacuum", Config.class);
        config.checkDataset();
        Duration age = Duration.ofMillis((long) (vacuum.olderThanHours() * MILLIS_PER_HOUR));
        Vacuum.check(storage, config.dataset());
        try (var lease = DatasetLease.take(storage, config.dataset())) {
            TestPoint.reached("holding {}", lease.uri());
            long old = Instant.now().minus(age).toEpochMilli();
            long before = Math.min(
                    old,
                    DatasetLease.uncommittedSince(storage, config.dataset()).orElse(old));
            lease.check();
            Vacuum.Result result = Vacuum.run(storage, config.dataset(), before, lease::checkIfPaused);
            console.result(Json.object()
                    .put("dataset", config.dataset())
                    .put("deleted_files", result.files())
                    .put("deleted_bytes", result.bytes())
                    .put("kept_files", result.kept()));
        }
    }

    /** The section {@code vacuum}; {@code reference.conf} describes its keys. */
    record Config(double olderThanHours) {
        Config {
            Refusal.unless(olderThanHours >= 0, "vacuum.older-than-hours", olderThanHours, "0 or more hours");
        }
    }
}
