package io.github.hyenaspark.jobs.prepare;

import io.github.hyenaspark.config.Settings;
import io.github.hyenaspark.data.prepare.DataConfig;
import io.github.hyenaspark.data.prepare.commit.DatasetLease;
import io.github.hyenaspark.data.prepare.commit.SnapshotCommit;
import io.github.hyenaspark.data.shard.snapshot.DatasetSnapshot;
import io.github.hyenaspark.io.Json;
import io.github.hyenaspark.io.Storage;
import io.github.hyenaspark.jobs.cli.Console;
import io.github.hyenaspark.jobs.spark.session.SparkRuntime;
import java.io.IOException;
import java.util.Locale;

/** Writes the newest snapshot of a dataset in the format of this version. */
public final class MigrateJob {
    private MigrateJob() {}

    public static void run(Settings settings, Console console) throws IOException {
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
}
