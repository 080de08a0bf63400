package io.github.hyenaspark.jobs.bench.plan;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.hyenaspark.io.Requests;
import io.github.hyenaspark.jobs.bench.plan.PlanBenchJob.Case;
import io.github.hyenaspark.jobs.bench.plan.PlanBenchJob.Size;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * A thousandth of ten terabytes: what is asked of the store for each file, segment and unit does not depend on that.
 */
class PlanBenchTest {
    private static final int FILES = 4000;
    private static final int UNITS = 155;
    private static final int SEGMENTS = 1 + UNITS / 2; // the first commit's and the nights'
    private static final int MILLIS = 20;
    private static final int CONSTANT = 40; // requests, whatever the size
    private static final double COMPUTED = 0.2; // seconds of a processor
    private static final int FOLDERS = 2 * 16; // of shards, each listed by itself

    private static JsonNode measured(Case what, int files, int units, int newUnits) throws IOException {
        JsonNode found = PlanBenchJob.measured(what, new Size(files, units, newUnits, MILLIS));
        long sum = 0;
        for (JsonNode kind : found.get("requests_by_kind")) {
            sum += kind.longValue();
        }
        assertThat(found.get("requests").longValue()).isEqualTo(sum);
        double seconds = found.get("driver_seconds").doubleValue();
        assertThat(seconds).isGreaterThan(sum * MILLIS / 1e3 / 33).isLessThan(sum * MILLIS / 1e3 + 60);
        assertThat(found.get("heap_mib").doubleValue()).isNotNegative();
        return found;
    }

    private static long requests(JsonNode found) {
        return found.get("requests").longValue();
    }

    @Test
    void aNightAsksForWhatIsNewAndAFewThingsOfEachSegment() throws IOException {
        JsonNode found = measured(Case.NIGHT, FILES, UNITS, 2);
        assertThat(found.get("pending_units").intValue()).isEqualTo(2);
        assertThat(found.get("requests_by_kind").get("list").longValue()).isLessThan(FILES / 1000 + FOLDERS + CONSTANT);
        // of every segment: what was known of its files (two), itself and its objects; itself for the report; and, in a
        // dataset this small, itself and its units for the views and for the lengths, which each unit's shard tells
        assertThat(requests(found)).isLessThan(FILES / 1000 + FOLDERS + 9 * SEGMENTS + UNITS + CONSTANT);
        assertThat(found.get("new_metadata_bytes").longValue()).isBetween(1000L, 500_000L);
        // twice as many old files cost nothing but their listing
        JsonNode twice = measured(Case.NIGHT, 2 * FILES, UNITS, 2);
        assertThat(requests(twice) - requests(found)).isBetween(FILES / 1000L, FILES / 1000L + 1);
    }

    @Test
    void aRestartReadsNothingOfWhatIsDone() throws IOException {
        JsonNode found = measured(Case.RESTART, FILES, UNITS, 1);
        int all = found.get("pending_units").intValue()
                + found.get("recorded_units").intValue();
        assertThat(all).isEqualTo((FILES + 25) / 26);
        assertThat(found.get("recorded_units").intValue()).isEqualTo((int) (0.9 * all));
        assertThat(requests(found)).isLessThan(FILES / 1000 + FOLDERS + CONSTANT);
        assertThat(found.get("new_metadata_bytes").longValue()).isZero();
    }

    @Test
    void aFirstCommitReadsEachUnitOnce() throws IOException {
        JsonNode found = measured(Case.FIRST, FILES, UNITS, 1);
        int all = found.get("pending_units").intValue();
        assertThat(all).isEqualTo((FILES + 25) / 26);
        // record and .idx of each, two requests a record
        assertThat(requests(found)).isBetween(3L * all, 4L * all + 3 * CONSTANT);
    }

    @Test
    void aVacuumReadsEachSegmentOnceAndDeletesTheRest() throws IOException {
        JsonNode found = measured(Case.VACUUM, FILES, UNITS, 3);
        int deleted = found.get("deleted_files").intValue();
        assertThat(deleted).isBetween(3 * 5, 3 * 8); // a shard, a table, a record; perhaps a held-out shard
        assertThat(found.get("kept_files").intValue()).isGreaterThan(UNITS * 5);
        assertThat(requests(found)).isLessThan(2 * SEGMENTS + 6 * SEGMENTS + 3 * deleted + CONSTANT);
    }

    @Test
    void expiryAsksForNothingButDeletesEverySnapshot() throws IOException {
        JsonNode found = measured(Case.EXPIRE, FILES, UNITS, 1);
        int expired = found.get("expired").intValue();
        assertThat(expired).isEqualTo(SEGMENTS - 1 - 30);
        assertThat(requests(found)).isLessThanOrEqualTo(3L * expired + 4);
    }

    @Test
    void anExecutorThatJoinsReadsOneIndexAndItsFirstBatch() throws IOException {
        JsonNode found = measured(Case.JOIN, FILES, UNITS, 1);
        assertThat(found.get("documents").longValue()).isGreaterThan(UNITS);
        assertThat(requests(found)).isLessThan(CONSTANT);
    }

    @Test
    void requestsOfManyThreadsTakeNoLessThanTheLongestListing() throws IOException {
        var clock = new VirtualClock(MILLIS);
        clock.measure(() -> Requests.all(List.of(1, 2, 10), pages -> {
            for (int page = 1; page <= pages; page++) {
                clock.countPage(page);
            }
            return pages;
        }));
        assertThat(clock.toJson().get("requests").intValue()).isEqualTo(13);
        assertThat(clock.toJson().get("store_seconds").doubleValue()).isEqualTo(10 * MILLIS / 1e3);
        clock.measure(() -> Requests.all(Collections.nCopies(640, 1), page -> {
            clock.count(VirtualClock.Request.GET);
            return page;
        }));
        assertThat(clock.toJson().get("store_seconds").doubleValue()).isEqualTo((640 + 13) * MILLIS / 1e3 / 32);
    }

    @Test
    void makingAnAnswerUpIsNoWorkOfTheDriver() throws IOException {
        var clock = new VirtualClock(MILLIS);
        clock.measure(() -> {
            compute();
            return clock.answer(PlanBenchTest::compute);
        });
        clock.measure(() -> Requests.all(Collections.nCopies(4, 1), one -> {
            clock.count(VirtualClock.Request.LIST);
            return clock.answer(PlanBenchTest::compute);
        }));
        assertThat(clock.toJson().get("cpu_seconds").doubleValue()).isBetween(COMPUTED, 2 * COMPUTED);
    }

    /** Keeps this thread's processor busy for so long. */
    private static long compute() {
        ThreadMXBean threads = ManagementFactory.getThreadMXBean();
        long begin = threads.getCurrentThreadCpuTime();
        while (threads.getCurrentThreadCpuTime() - begin < COMPUTED * 1e9) {
            Thread.onSpinWait();
        }
        return begin;
    }
}
