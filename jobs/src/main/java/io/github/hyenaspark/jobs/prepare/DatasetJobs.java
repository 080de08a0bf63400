package io.github.hyenaspark.jobs.prepare;

import io.github.hyenaspark.config.Settings;
import io.github.hyenaspark.data.prepare.DataConfig;
import io.github.hyenaspark.data.prepare.commit.DatasetLease;
import io.github.hyenaspark.data.prepare.commit.Expiry;
import io.github.hyenaspark.data.prepare.commit.SnapshotCommit;
import io.github.hyenaspark.data.prepare.commit.Vacuum;
import io.github.hyenaspark.data.shard.snapshot.DatasetSnapshot;
import io.github.hyenaspark.io.Json;
import io.github.hyenaspark.io.Refusal;
import io.github.hyenaspark.io.Storage;
import io.github.hyenaspark.io.TestPoint;
import io.github.hyenaspark.jobs.cli.Console;
import io.github.hyenaspark.jobs.spark.session.SparkRuntime;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.Locale;

/** The commands that look after a dataset: {@code migrate}, {@code expire} and {@code vacuum}. */
public final class DatasetJobs {
    private static final double MILLIS_PER_DAY = 8.64e7;
    private static final double MILLIS_PER_HOUR = 3.6e6;

    private DatasetJobs() {}

    /** Writes the newest snapshot of a dataset in the format of this version. */
    public static void migrate(Settings settings, Console console) throws IOException {
        Storage storage = SparkRuntime.storage();
        DataConfig data = settings.bind("data", DataConfig.class).qualified(storage);
        data.checkDataset();
        DatasetSnapshot.newest(storage, data.dataset()); // a folder that is no dataset gets no lease
        try (var lease = DatasetLease.take(storage, data.dataset())) {
            lease.check();
            SnapshotCommit.Result result = SnapshotCommit.migrate(storage, data.dataset());
            DatasetSnapshot snapshot = result.snapshot();
            console.result(Json.object()
                    .put("dataset", data.dataset())
                    .put("outcome", result.outcome().name().toLowerCase(Locale.ROOT))
                    .put("snapshot", snapshot.uri(data.dataset()))
                    .put("format", snapshot.format())
                    .put("documents", snapshot.counts().documents())
                    .put("units", snapshot.totals().units()));
        }
    }

    /** Deletes old snapshots of a dataset; {@link #vacuum} then deletes what only they listed. */
    public static void expire(Settings settings, Console console) throws IOException {
        Storage storage = SparkRuntime.storage();
        DataConfig data = settings.bind("data", DataConfig.class).qualified(storage);
        ExpireConfig expire = settings.bind("expire", ExpireConfig.class);
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
    record ExpireConfig(int keepLast, double keepDays) {
        ExpireConfig {
            Refusal.below(1, "expire.keep-last", keepLast);
            Refusal.unless(keepDays >= 0, "expire.keep-days", keepDays, "0 or more days");
        }
    }

    /** Deletes the files of a dataset that no snapshot lists. */
    public static void vacuum(Settings settings, Console console) throws IOException {
        Storage storage = SparkRuntime.storage();
        DataConfig config = settings.bind("data", DataConfig.class).qualified(storage);
        VacuumConfig vacuum = settings.bind("vacuum", VacuumConfig.class);
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
    record VacuumConfig(double olderThanHours) {
        VacuumConfig {
            Refusal.unless(olderThanHours >= 0, "vacuum.older-than-hours", olderThanHours, "0 or more hours");
        }
    }
}
