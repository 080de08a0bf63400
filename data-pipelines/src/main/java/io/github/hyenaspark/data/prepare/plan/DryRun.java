package io.github.hyenaspark.data.prepare.plan;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.hyenaspark.data.document.DocumentReader.BadFileException;
import io.github.hyenaspark.data.document.InputFile.Slice;
import io.github.hyenaspark.data.document.SourceConfig;
import io.github.hyenaspark.data.document.input.DocumentReaders.FileFormat;
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
import java.util.function.ToDoubleFunction;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Estimates prepare's result from the beginnings of units that are spread evenly over the new ones; writes nothing to
 * the dataset.
 */
public final class DryRun {
    private static final Logger LOG = LoggerFactory.getLogger(DryRun.class);
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

    /**
     * What the beginning of a work unit has in it.
     *
     * @param unitBytes of the whole unit
     * @param bytes of the unit that were read, from the first document's on; 0 if none begins there
     * @param documents that were read, of a file that is one document its share
     */
    private record UnitSample(
            long unitBytes, long bytes, double documents, long textBytes, long tokens, long filtered, long bad) {
        /**
         * Reads at most so many stored bytes of a unit, a record that is longer in part; of Parquet, whole row groups.
         */
        static UnitSample read(Storage storage, DatasetSpec spec, Tokenizer tokenizer, WorkUnit unit, long most)
                throws IOException {
            SourceConfig source = spec.config().source();
            long left = most;
            long bytes = 0;
            double parts = 0;
            try (var output = new UnitOutput(spec, tokenizer)) {
                for (Slice slice : unit.slices()) {
                    long length = slice.to() - slice.from();
                    if (left <= 0) {
                        break;
                    }
                    try {
                        long read = output.takeSome(storage, slice, left);
                        bytes += read;
                        parts += left < length && isOneDocument(slice, source) ? (double) read / length : 0;
                    } catch (BadFileException e) {
                        LOG.warn("{} cannot be read: {}", slice.file().uri(), e.reason());
                        output.refuseFile(slice.file(), e);
                        bytes += length;
                    }
                    left -= length;
                }
                UnitTally tally = output.tally();
                UnitTally.SourceTally sum =
                        tally.sources().values().stream().reduce(output.unfinished(), UnitTally.SourceTally::plus);
                return new UnitSample(
                        unit.bytes(),
                        bytes,
                        sum.documents() + parts,
                        sum.bytes(),
                        sum.tokens(),
                        tally.filteredCount(),
                        tally.badCount());
            }
        }

        private static boolean isOneDocument(Slice slice, SourceConfig source) {
            return source.documents() == SourceConfig.TextDocuments.FILE
                    && FileFormat.of(slice.file().path(), source).format() == SourceConfig.SourceFormat.TEXT;
        }

        /** By how much the unit is larger than what was read of it. */
        double scale() {
            return (double) unitBytes / bytes;
        }
    }
}
