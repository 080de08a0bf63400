package io.github.hyenaspark.data.bench;

import io.github.hyenaspark.bench.BenchmarkLoop;
import io.github.hyenaspark.bench.BenchmarkLoop.Speed;
import io.github.hyenaspark.bench.BenchmarkLoop.Workload;
import io.github.hyenaspark.data.prepare.DataConfig;
import io.github.hyenaspark.data.prepare.DatasetSpec;
import io.github.hyenaspark.data.prepare.commit.SnapshotCommit;
import io.github.hyenaspark.data.prepare.duplicate.DuplicateSearch;
import io.github.hyenaspark.data.prepare.plan.InputPlan;
import io.github.hyenaspark.data.prepare.unit.UnitWork;
import io.github.hyenaspark.data.prepare.unit.WorkUnit;
import io.github.hyenaspark.data.token.Tokenizer;
import io.github.hyenaspark.io.Hashes;
import io.github.hyenaspark.io.Storage;
import java.io.IOException;
import java.util.List;

/**
 * Measures all of prepare on one thread (listing, units, snapshot and views, on the dataset's disk) except Spark and
 * the search for duplicates. After warm-up, the median of the repeats.
 */
public final class PrepareBenchmark {
    private static final int WARM_UP = 2;
    private static final int REPEATS = 5;

    private final Storage storage;
    private final int repeats;

    /** Takes 0 repeats for five. */
    public PrepareBenchmark(Storage storage, int repeats) {
        this.storage = storage;
        this.repeats = repeats == 0 ? REPEATS : repeats;
    }

    /** The speed of preparing this input; its dataset is deleted each time. */
    public Speed prepare(DataConfig config) throws IOException {
        return measured(List.of(work(config))).get(0);
    }

    /** The speeds of preparing this input and of other work over as many bytes, measured alternately. */
    public List<Speed> prepareBeside(DataConfig config, Runnable other) throws IOException {
        Workload prepare = work(config);
        return measured(List.of(prepare, Workload.of(prepare.bytes(), other::run)));
    }

    public Speed sha256(byte[] bytes) throws IOException {
        return measured(List.of(Workload.of(bytes.length, () -> Hashes.sha256(bytes))))
                .get(0);
    }

    private List<Speed> measured(List<Workload> works) throws IOException {
        return BenchmarkLoop.interleaved(works, WARM_UP, repeats);
    }

    private Workload work(DataConfig config) throws IOException {
        var spec = DatasetSpec.of(storage, config);
        Tokenizer tokenizer = Tokenizer.open(storage, config.tokenizer());
        long bytes = InputPlan.of(storage, spec).fresh().stream()
                .mapToLong(WorkUnit::bytes)
                .sum();
        return new Workload(bytes, () -> prepare(spec, tokenizer), () -> storage.delete(config.dataset()));
    }

    private void prepare(DatasetSpec spec, Tokenizer tokenizer) throws IOException {
        InputPlan plan = InputPlan.of(storage, spec);
        spec.storeTokenizer(storage);
        for (WorkUnit unit : plan.pending()) {
            UnitWork.run(unit, spec, tokenizer, storage);
        }
        SnapshotCommit.open(storage, spec, plan).commit(new DuplicateSearch.Result(List.of(), List.of()));
    }
}
