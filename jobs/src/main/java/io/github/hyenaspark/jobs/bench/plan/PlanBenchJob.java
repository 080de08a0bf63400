package io.github.hyenaspark.jobs.bench.plan;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.hyenaspark.config.SettingNames;
import io.github.hyenaspark.data.prepare.commit.DatasetReport;
import io.github.hyenaspark.data.prepare.commit.SnapshotCommit;
import io.github.hyenaspark.data.prepare.commit.Vacuum;
import io.github.hyenaspark.data.prepare.duplicate.DuplicateSearch;
import io.github.hyenaspark.data.prepare.plan.InputPlan;
import io.github.hyenaspark.data.shard.snapshot.DatasetSnapshot;
import io.github.hyenaspark.io.Json;
import io.github.hyenaspark.io.Refusal;
import io.github.hyenaspark.jobs.cli.Console;
import io.github.hyenaspark.jobs.report.page.DatasetPage;
import java.io.IOException;
import java.util.Map;

/**
 * {@code bench plan}: requests, time and memory of the driver for a dataset of millions of files, on a store that is
 * made up. Planning, committing and deleting are done by those who always do it; nothing waits, and what executors do
 * is not counted. The seconds of the driver are those of its requests and of all its threads' processors, one after the
 * other, so they are too many rather than too few.
 */
public final class PlanBenchJob {
    private static final double RECORDED = 0.9; // of the units, at a restart
    private static final double SHOWN = 1e3;

    private final Size size;
    private final VirtualDataset data;
    private final VirtualClock clock;
    private final ObjectNode found = Json.object();

    /** What is measured. */
    public enum Case {
        NIGHT,
        FIRST,
        RESTART,
        REPORT,
        VACUUM
    }

    /**
     * The dataset and what is new.
     *
     * @param files of the input, without new ones
     * @param units of the dataset that they were cut into
     * @param newUnits that new files are cut into
     */
    public record Size(int files, int units, int newUnits, double requestMillis) {
        public Size {
            Refusal.below(1, "files", files);
            Refusal.below(1, "units", units);
            Refusal.below(1, "new-units", newUnits);
            Refusal.unless(requestMillis >= 0, "bench.request-ms", requestMillis, "0 or more");
            Refusal.unless(files >= units, "bench.files", files, "at least bench.units, " + units);
        }
    }

    private PlanBenchJob(Size size, VirtualDataset data) {
        this.size = size;
        this.data = data;
        clock = new VirtualClock(size.requestMillis());
        data.serve(clock);
    }

    /** Measures one case. */
    public static void run(Case what, Size size, Console console) throws IOException {
        console.result(measured(what, size));
    }

    static ObjectNode measured(Case what, Size size) throws IOException {
        try (var data = new VirtualDataset(size.files(), size.units())) {
            var job = new PlanBenchJob(size, data);
            job.found
                    .put("case", SettingNames.of(what))
                    .put("files", size.files())
                    .put("units", size.units())
                    .put("new_units", size.newUnits())
                    .put("request_ms", size.requestMillis());
            job.prepare(what);
            try (HeapWatch heap = HeapWatch.begin()) {
                job.measure(what);
                job.found.put("heap_mib", shown(heap.mebibytes()));
            }
            ObjectNode measured = job.clock.toJson();
            measured.fields().forEachRemaining(field -> {
                boolean real = field.getValue().isDouble();
                if (real) {
                    job.found.put(field.getKey(), shown(field.getValue().doubleValue()));
                } else {
                    job.found.set(field.getKey(), field.getValue());
                }
            });
            return job.found;
        }
    }

    private static double shown(double value) {
        return Math.rint(value * SHOWN) / SHOWN;
    }

    /** What is there before anything is measured. */
    private void prepare(Case what) throws IOException {
        switch (what) {
            case NIGHT -> {
                data.writeDataset(false);
                data.addFiles(size.newUnits());
            }
            case FIRST -> data.addFiles(0);
            case RESTART -> data.addRecords((int) (RECORDED * data.unitsOfAll()));
            case REPORT -> data.writeDataset(false);
            case VACUUM -> {
                data.writeDataset(true);
                data.addFiles(size.newUnits());
                data.addRecords(size.newUnits());
            }
        }
    }

    private void measure(Case what) throws IOException {
        switch (what) {
            case NIGHT, FIRST -> commit();
            case RESTART -> {
                InputPlan plan = clock.measure(() -> InputPlan.of(data.storage(), data.spec()));
                found.put("pending_units", plan.pending().size())
                        .put("recorded_units", plan.recorded().size());
            }
            case REPORT -> {
                DatasetSnapshot snapshot = DatasetSnapshot.newest(data.storage(), data.dataset());
                clock.measure(() -> report(snapshot));
            }
            case VACUUM -> {
                Vacuum.Result result =
                        clock.measure(() -> Vacuum.run(data.storage(), data.dataset(), Long.MAX_VALUE));
                found.put("deleted_files", result.files()).put("kept_files", result.kept());
            }
        }
    }

    /** What a {@code prepare} does on its driver, without looking for duplicates. */
    private void commit() throws IOException {
        InputPlan plan = clock.measure(() -> InputPlan.of(data.storage(), data.spec()));
        found.put("pending_units", plan.pending().size());
        data.writeRecords(plan.pending());
        DatasetSnapshot snapshot = clock.measure(() -> {
            data.spec().storeTokenizer(data.storage());
            SnapshotCommit commit = SnapshotCommit.open(data.storage(), data.spec(), plan);
            var none = new DuplicateSearch.Result(commit.search().runs(), Map.of());
            return report(commit.commit(none).snapshot());
        });
        found.put("snapshot", snapshot.number());
    }

    private DatasetSnapshot report(DatasetSnapshot snapshot) throws IOException {
        ObjectNode report = DatasetReport.of(data.storage(), data.dataset(), snapshot);
        data.storage().replace(DatasetReport.uri(data.dataset(), snapshot, ".json"), Json.bytes(report));
        data.storage().replace(DatasetReport.uri(data.dataset(), snapshot, ".html"), DatasetPage.html(report));
        return snapshot;
    }
}
