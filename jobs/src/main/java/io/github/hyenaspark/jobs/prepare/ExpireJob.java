package io.github.hyenaspark.jobs.prepare;

import io.github.hyenaspark.config.Settings;
import io.github.hyenaspark.data.prepare.DataConfig;
import io.github.hyenaspark.data.prepare.commit.DatasetLease;
import io.github.hyenaspark.data.prepare.commit.Expiry;
import io.github.hyenaspark.data.prepare.commit.Vacuum;
import io.github.hyenaspark.io.Json;
import io.github.hyenaspark.io.Refusal;
import io.github.hyenaspark.io.Storage;
import io.github.hyenaspark.jobs.cli.Console;
import io.github.hyenaspark.jobs.spark.session.SparkRuntime;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;

/** Deletes old snapshots of a dataset; {@code vacuum} then deletes what only they listed. */
public final class ExpireJob {
    private static final double MILLIS_PER_DAY = 8.64e7;

    private ExpireJob() {}

    public static void run(Settings settings, Console console) throws IOException {
        Storage storage = SparkRuntime.storage();
        DataConfig data = settings.bind("data", DataConfig.class).qualified(storage);
        Config expire = settings.bind("expire", Config.class);
        data.checkDataset();
        Vacuum.check(storage, data.dataset());
        Duration age = Duration.ofMillis((long) (expire.keepDays() * MILLIS_PER_DAY));
        try (var lease = DatasetLease.take(storage, data.dataset())) {
            lease.check();
            Expiry.Result result = Expiry.run(
                    storage,
                    data.dataset(),
                    expire.keepLast(),
                    Instant.now().minus(age).toEpochMilli(),
                    lease::checkIfPaused);
            console.result(Json.object()
                    .put("dataset", data.dataset())
                    .put("expired_snapshots", result.expired())
                    .put("kept_snapshots", result.kept())
                    .put("pinned_snapshots", result.pinned()));
        }
    }

    /** The section {@code expire}; {@code reference.conf} describes its keys. */
    record Config(int keepLast, double keepDays) {
        Config {
            Refusal.below(1, "expire.keep-last", keepLast);
            Refusal.unless(keepDays >= 0, "expire.keep-days", keepDays, "0 or more days");
        }
    }
}
