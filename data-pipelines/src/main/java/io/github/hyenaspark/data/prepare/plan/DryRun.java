package io.github.hyenaspark.data.prepare.plan;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.hyenaspark.data.prepare.DatasetSpec;
import io.github.hyenaspark.data.prepare.unit.WorkUnit;
import io.github.hyenaspark.data.token.Tokenizer;
import io.github.hyenaspark.io.Json;
import io.github.hyenaspark.io.Storage;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.ToDoubleFunction;

/**
 * Estimates prepare's result from the beginnings of units that are spread evenly over the new ones; writes nothing to
 * the dataset.
 */
public final class DryRun {
    private static final long SAMPLE_BYTES = 32L << 20;
    private static final int MOST_UNITS = 8;

    private DryRun() {}

    public static ObjectNode estimate(Storage storage, DatasetSpec spec, InputPlan plan) throws IOException {
        return estimate(storage, spec, plan, SAMPLE_BYTES);
    }

    /** From at most so many stored bytes; of Parquet from row groups that have them. */
    static ObjectNode estimate(Storage storage, DatasetSpec spec, InputPlan plan, long most) throws IOException {
        Tokenizer tokenizer = Tokenizer.open(storage, spec.config().tokenizer());
        long inputBytes = plan.fresh().stream().mapToLong(WorkUnit::bytes).sum();
        List<WorkUnit> units = sample(plan.fresh());
        List<UnitSample> samples = new ArrayList<>();
        for (WorkUnit unit : units) {
            UnitSample sample = UnitSample.read(storage, spec, tokenizer, unit, most / units.size());
            if (sample.bytes() > 0) {
                samples.add(sample);
            }
        }
        long tokens = Math.round(estimate(samples, inputBytes, UnitSample::tokens));
        double textBytes = estimate(samples, inputBytes, UnitSample::textBytes);
        return Json.object()
                .put("outcome", "estimated")
                .put("units", plan.fresh().size())
                .put("input_bytes", inputBytes)
                .put(
                        "sampled_bytes",
                        samples.stream().mapToLong(UnitSample::bytes).sum())
                .put("documents", Math.round(estimate(samples, inputBytes, UnitSample::documents)))
                .put("tokens", tokens)
                .put("bytes_per_token", tokens == 0 ? 0 : textBytes / tokens)
                .put("shard_bytes", tokens * spec.format().type().bytes())
                .put("filtered", Math.round(estimate(samples, inputBytes, UnitSample::filtered)))
                .put("bad", Math.round(estimate(samples, inputBytes, UnitSample::bad)));
    }

    /**
     * Of the whole input: a unit has what was read of it in proportion, and those not looked at are like the others.
     */
    private static double estimate(List<UnitSample> samples, long inputBytes, ToDoubleFunction<UnitSample> count) {
        double sum = samples.stream()
                .mapToDouble(sample -> sample.scale() * count.applyAsDouble(sample))
                .sum();
        long bytes = samples.stream().mapToLong(UnitSample::unitBytes).sum();
        return bytes == 0 ? 0 : sum * inputBytes / bytes;
    }

    private static List<WorkUnit> sample(List<WorkUnit> units) {
        List<WorkUnit> sample = new ArrayList<>();
        int count = Math.min(MOST_UNITS, units.size());
        for (int i = 0; i < count; i++) {
            sample.add(units.get((int) ((long) i * units.size() / count)));
        }
        return sample;
    }
}
