package io.github.hyenaspark.jobs.prepare;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.hyenaspark.data.batch.PackingConfig;
import io.github.hyenaspark.data.batch.PackingPlan;
import io.github.hyenaspark.data.batch.TokenBatches;
import io.github.hyenaspark.data.shard.Split;
import io.github.hyenaspark.data.shard.snapshot.DatasetSnapshot;
import io.github.hyenaspark.jobs.testing.DisturbedRun;
import io.github.hyenaspark.jobs.testing.HyenaProcess;
import io.github.hyenaspark.jobs.testing.KillingPoint;
import io.github.hyenaspark.jobs.testing.NamedPoint;
import io.github.hyenaspark.jobs.testing.SmallRun.Outcome;
import io.github.hyenaspark.jobs.testing.UndisturbedRun;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Every training token is a target exactly once in an epoch, however often the driver dies: counted from what the tasks
 * of all lives say they have read, not from what they should.
 */
@Tag("process")
class ReadOnceIT {
    private static final Pattern READ = Pattern.compile("worker (\\d+) has read in step (\\d+): \\[(.*)]");

    @TempDir
    Path directory;

    private final Map<String, List<Long>> read = new TreeMap<>();
    private int lines;

    @Test
    @Tag("fault-16")
    void everyTokenIsReadOnceInAnEpoch() throws Exception {
        UndisturbedRun undisturbed = UndisturbedRun.onDisk(directory);
        DisturbedRun run = undisturbed.disturbed(directory);
        dieAt(run, "^round 3 is trained", 1);
        dieAt(run, "^before the manifest of round " + DisturbedRun.EPOCH_ROUNDS, 2);
        HyenaProcess last = run.process("local[2]").withFlags(log(3));
        run.assertEnded(last.run(directory, run.train()), undisturbed);
        collect(3);

        List<JsonNode> journal = run.journal();
        int steps = journal.get(journal.size() - 1).get("steps").intValue();
        assertThat(steps).isEqualTo(DisturbedRun.ROUNDS * DisturbedRun.STEPS);
        assertThat(read).as("batches of committed rounds").hasSize(steps * DisturbedRun.WORKERS);
        assertThat(lines).as("batches that were read, some by two lives").isGreaterThan(read.size());
        assertEveryTokenOnce(run, inOrder(steps));
    }

    private String log(int life) {
        return "-D" + KillingPoint.READ_LOG + "=" + directory.resolve("read-" + life);
    }

    private void dieAt(DisturbedRun run, String message, int life) throws Exception {
        NamedPoint point = NamedPoint.killing(message, directory.resolve("death-" + life));
        Outcome killed =
                run.process("local[2]").withDriverAt(point).withFlags(log(life)).run(directory, run.train());
        assertThat(killed.code()).as(killed.messages()).isEqualTo(HyenaProcess.KILLED);
        collect(life);
    }

    /** Another life must have read the same batch for the same step. */
    private void collect(int life) throws IOException {
        for (String line : Files.readAllLines(directory.resolve("read-" + life))) {
            Matcher matcher = READ.matcher(line);
            assertThat(matcher.matches()).as(line).isTrue();
            List<Long> sequences = Arrays.stream(matcher.group(3).split(", "))
                    .map(Long::valueOf)
                    .toList();
            String batch = matcher.group(2) + "/" + matcher.group(1);
            assertThat(read.getOrDefault(batch, sequences)).as(batch).isEqualTo(sequences);
            read.put(batch, sequences);
            lines++;
        }
    }

    private List<Long> inOrder(int steps) {
        List<Long> order = new ArrayList<>();
        for (int step = 0; step < steps; step++) {
            for (int worker = 0; worker < DisturbedRun.WORKERS; worker++) {
                order.addAll(read.get(step + "/" + worker));
            }
        }
        return order;
    }

    private static void assertEveryTokenOnce(DisturbedRun run, List<Long> order) throws IOException {
        DatasetSnapshot snapshot = DatasetSnapshot.newest(run.place().storage(), run.dataset());
        var packing = new PackingConfig(PackingConfig.Strategy.CONTIGUOUS, 32);
        try (TokenBatches batches =
                TokenBatches.open(run.place().storage(), snapshot, run.dataset(), Split.TRAIN, packing)) {
            PackingPlan plan = batches.plan();
            int sequences = Math.toIntExact(plan.sequences());
            assertThat(sequences).isEqualTo(DisturbedRun.SEQUENCES);
            assertThat(order).hasSizeGreaterThan(sequences);
            BitSet[] first = targets(plan, order.subList(0, sequences));
            for (int document = 0; document < first.length; document++) {
                int tokens = Math.toIntExact(plan.documents().tokens(document));
                assertThat(first[document].cardinality())
                        .as("tokens of document %d that were a target, of %d but its first", document, tokens)
                        .isEqualTo(tokens - 1);
            }
            targets(plan, order.subList(sequences, order.size()));
        }
    }

    /** What was a target, by document; fails if something was it twice. */
    private static BitSet[] targets(PackingPlan plan, List<Long> sequences) {
        BitSet[] targets = new BitSet[(int) plan.documents().documents()];
        Arrays.setAll(targets, document -> new BitSet());
        for (long sequence : sequences) {
            for (PackingPlan.Part part : plan.parts(sequence)) {
                int from = Math.toIntExact(part.from()) + 1;
                for (int token = from; token < from + part.inputs(); token++) {
                    assertThat(targets[(int) part.document()].get(token))
                            .as("token %d of document %d a second time in its epoch", token, part.document())
                            .isFalse();
                    targets[(int) part.document()].set(token);
                }
            }
        }
        return targets;
    }
}
