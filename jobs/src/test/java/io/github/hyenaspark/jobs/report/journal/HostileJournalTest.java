package io.github.hyenaspark.jobs.report.journal;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.hyenaspark.io.Json;
import io.github.hyenaspark.io.Storage;
import io.github.hyenaspark.testing.Hostile;
import io.github.hyenaspark.testing.MemoryFileSystem;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.UUID;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.Timeout.ThreadMode;

/** Journals that were made to harm whoever reads them. */
@Timeout(value = 900, threadMode = ThreadMode.SEPARATE_THREAD)
class HostileJournalTest {
    private static final Map<String, String> HADOOP = Map.of("fs.mem.impl", MemoryFileSystem.class.getName());

    @Test
    void linesOfHostileJournalsAreLeftOut() throws IOException {
        readJournals(2_000, 1);
    }

    @Test
    @Tag("endurance")
    void linesOfAHundredThousandHostileJournalsAreLeftOut() throws IOException {
        readJournals(100_000, 2);
    }

    private static void readJournals(int count, long seed) throws IOException {
        String root = "mem://" + UUID.randomUUID();
        String run = root + "/outer/run";
        var configuration = new Configuration();
        HADOOP.forEach(configuration::set);
        try (var store = (MemoryFileSystem) FileSystem.get(URI.create(root + "/"), configuration)) {
            Storage storage = Storage.of(HADOOP);
            int leftOut = 0;
            for (int i = 0; i < count; i++) {
                String what = "journal " + i + " of seed " + seed;
                Random random = new Random(seed * 1_000_003 + i);
                byte[] hostile = journal(random);
                storage.replace(Storage.resolve(run, "journal.jsonl"), hostile);
                long committed = random.nextInt(4) == 0 ? random.nextLong() >>> 1 : hostile.length;
                store.forgetCounts();
                List<JsonNode> left = new ArrayList<>();
                var events = new EventFile();
                boolean refused = Hostile.refused(
                        what,
                        hostile.length,
                        () -> Journal.open(storage, run, committed, entry -> {
                            left.add(entry);
                            events.add(entry);
                        }));
                assertThat(refused).as(what).isFalse();
                leftOut += left.size() < 4 ? 1 : 0;
                assertThat(store.asked()).as(what).isNotEmpty().allMatch(path -> path.startsWith(run + "/"));
            }
            assertThat(leftOut).isGreaterThan(count / 4);
        }
    }

    private static byte[] journal(Random random) {
        var journal = new ByteArrayOutputStream();
        int bad = random.nextInt(4);
        for (int round = 1; round <= 4; round++) {
            ObjectNode entry = Json.object()
                    .put("round", round)
                    .put("loss", 1.5)
                    .put("held_out_loss", 2.5)
                    .put("ended", "2026-01-02T03:04:05Z");
            entry.putObject("ms")
                    .put("compute", 17)
                    .putArray("worker_steps")
                    .add(10)
                    .add(10);
            byte[] line = Json.line(entry).getBytes(UTF_8);
            if (round - 1 == bad) {
                line = switch (random.nextInt(4)) {
                    case 0 -> Json.line(Hostile.tree(entry, random)).getBytes(UTF_8);
                    case 1 -> Hostile.bytes(line, random);
                    default -> Hostile.text(line, random);
                };
            }
            journal.writeBytes(line);
            journal.write('\n');
        }
        return journal.toByteArray();
    }
}
