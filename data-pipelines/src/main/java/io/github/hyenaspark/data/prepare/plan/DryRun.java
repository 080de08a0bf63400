package io.github.hyenaspark.data.prepare.plan;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.hyenaspark.data.document.BadFileException;
import io.github.hyenaspark.data.document.Slice;
import io.github.hyenaspark.data.prepare.DatasetSpec;
import io.github.hyenaspark.data.prepare.unit.UnitOutput;
import io.github.hyenaspark.data.prepare.unit.WorkUnit;
import io.github.hyenaspark.data.shard.snapshot.UnitTally;
import io.github.hyenaspark.data.token.Tokenizer;
import io.github.hyenaspark.io.Json;
import io.github.hyenaspark.io.Storage;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Estimates prepare's result from units spread evenly over the new ones; writes nothing to the dataset. */
public final class DryRun {
    private static final Logger LOG = LoggerFactory.getLogger(DryRun.class);
    private static final long SAMPLE_BYTES = 32L << 20;
    private static final int MOST_UNITS = 8;

    private DryRun() {}

    public static ObjectNode estimate(Storage storage, DatasetSpec spec, InputPlan plan) throws IOException {
        Tokenizer tokenizer = Tokenizer.open(storage, spec.config().tokenizer());
        long inputBytes = plan.fresh().stream().mapToLong(WorkUnit::bytes).sum();
        UnitTally tally = UnitTally.NONE;
        for (WorkUnit unit : sample(plan.fresh())) {
            if (tally.sourceBytes() < SAMPLE_BYTES) {
                tally = tally.plus(read(storage, spec, tokenizer, unit));
            }
        }
        double scale = tally.sourceBytes() == 0 ? 0 : (double) inputBytes / tally.sourceBytes();
        UnitTally.SourceTally sum = tally.sources().values().stream()
                .reduce(new UnitTally.SourceTally(0, 0, 0), UnitTally.SourceTally::plus);
        long tokens = Math.round(scale * sum.tokens());
        return Json.object()
                .put("outcome", "estimated")
                .put("units", plan.fresh().size())
                .put("input_bytes", inputBytes)
                .put("sampled_bytes", tally.sourceBytes())
                .put("documents", Math.round(scale * sum.documents()))
                .put("tokens", tokens)
                .put("bytes_per_token", sum.tokens() == 0 ? 0 : (double) sum.bytes() / sum.tokens())
                .put("shard_bytes", tokens * spec.format().type().bytes())
                .put("filtered", Math.round(scale * tally.filteredCount()))
                .put("bad", Math.round(scale * tally.badCount()));
    }

    private static List<WorkUnit> sample(List<WorkUnit> units) {
        List<WorkUnit> sample = new ArrayList<>();
        int count = Math.min(MOST_UNITS, units.size());
        for (int i = 0; i < count; i++) {
            sample.add(units.get((int) ((long) i * units.size() / count)));
        }
        return sample;
    }

    private static UnitTally read(Storage storage, DatasetSpec spec, Tokenizer tokenizer, WorkUnit unit)
            throws IOException {
        try (var output = new UnitOutput(spec, tokenizer)) {
            for (Slice slice : unit.slices()) {
                try {
                    output.take(storage, slice);
                } catch (BadFileException e) {
                    LOG.warn("{} cannot be read: {}", slice.file().uri(), e.reason());
                    output.refuseFile(slice.file(), e);
                }
            }
            return output.tally();
        }
    }
}
