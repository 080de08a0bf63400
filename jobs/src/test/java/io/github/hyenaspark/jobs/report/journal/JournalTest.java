package io.github.hyenaspark.jobs.report.journal;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.hyenaspark.io.Json;
import io.github.hyenaspark.io.Storage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class JournalTest {
    @TempDir
    Path directory;

    /** The rounds of the lines that the journal had when it was opened last. */
    private final List<Long> seen = new ArrayList<>();

    private Storage storage;

    @BeforeEach
    void openStorage() throws IOException {
        storage = Storage.local();
    }

    private Journal open(long committedBytes) throws IOException {
        seen.clear();
        return Journal.open(
                storage,
                directory.toString(),
                committedBytes,
                entry -> seen.add(entry.get("round").longValue()));
    }

    private static ObjectNode round(long round) {
        return Json.object().put("round", round).put("loss", 1.5);
    }

    private String stored() throws IOException {
        return Files.readString(directory.resolve("journal.jsonl"));
    }

    private long threeRoundsOfWhichTwoAreCommitted() throws IOException {
        Journal log = open(0);
        log.append(round(1));
        log.append(round(2));
        long committed = log.bytes();
        log.append(round(3));
        log.save();
        return committed;
    }

    @Test
    void savedLinesAreOneObjectARound() throws IOException {
        threeRoundsOfWhichTwoAreCommitted();
        assertThat(stored())
                .isEqualTo("{\"round\":1,\"loss\":1.5}\n{\"round\":2,\"loss\":1.5}\n{\"round\":3,\"loss\":1.5}\n");
    }

    @Test
    void linesAfterTheCommittedRoundAreCutOnResume() throws IOException {
        Journal resumed = open(threeRoundsOfWhichTwoAreCommitted());
        assertThat(seen).containsExactly(1L, 2L);
        resumed.append(round(3));
        resumed.save();
        assertThat(stored().lines()).hasSize(3);
    }

    @Test
    void eachSaveAddsToWhatIsStored() throws IOException {
        Journal log = open(0);
        for (int round = 1; round <= 5; round++) {
            log.append(round(round));
            log.save();
            assertThat(log.bytes()).isEqualTo(stored().length());
        }
        assertThat(stored().lines()).hasSize(5);
    }

    @Test
    void aJournalThatLostLinesMeanwhileGoesOn() throws IOException {
        Journal log = open(0);
        log.append(round(1));
        log.save();
        Files.writeString(directory.resolve("journal.jsonl"), "{}\n");
        log.append(round(2));
        log.save();
        assertThat(stored()).isEqualTo("{}\n{\"round\":2,\"loss\":1.5}\n");
        assertThat(log.bytes()).isEqualTo(stored().length());
    }

    @Test
    void aNewRunStartsWithAnEmptyJournalWhateverIsThere() throws IOException {
        threeRoundsOfWhichTwoAreCommitted();
        assertThat(open(0).bytes()).isZero();
        assertThat(seen).isEmpty();
    }

    @Test
    @Tag("fault-24")
    void aLostJournalDoesNotStopTheRun() throws IOException {
        long committed = threeRoundsOfWhichTwoAreCommitted();
        Files.delete(directory.resolve("journal.jsonl"));
        Journal resumed = open(committed);
        assertThat(seen).isEmpty();
        assertThat(resumed.bytes()).isZero();
    }

    @Test
    void aTornLineIsLeftOut() throws IOException {
        long committed = threeRoundsOfWhichTwoAreCommitted();
        Journal resumed = open(committed - 3);
        assertThat(seen).containsExactly(1L);
        assertThat(resumed.bytes()).isEqualTo(committed / 2);
    }

    @Test
    @Tag("fault-24")
    void aDamagedLineIsLeftOutForGood() throws IOException {
        long committed = threeRoundsOfWhichTwoAreCommitted();
        Files.writeString(directory.resolve("journal.jsonl"), stored().replaceFirst("\\{", "?"));
        Journal resumed = open(committed);
        assertThat(seen).containsExactly(2L);
        assertThat(resumed.bytes()).isEqualTo(committed / 2);
        resumed.save();
        assertThat(stored()).isEqualTo("{\"round\":2,\"loss\":1.5}\n");
    }

    /** Rounds up to this one, each with a line of 512 workers, saved every tenth; what the checkpoint records. */
    private long longRun(Journal log, long from, long to) throws IOException {
        for (long round = from; round <= to; round++) {
            log.append(round(round).put("executors", "x".repeat(46_000)));
            if (round % 10 == 0) {
                log.save();
            }
        }
        return log.bytes();
    }

    private List<Path> parts() throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            return files.sorted(Comparator.comparing(Path::toString)).toList();
        }
    }

    @Test
    void aLongJournalGoesOnInFurtherPartsSoThatASaveWritesFewMebibytes() throws IOException {
        long committed = longRun(open(0), 1, 600);
        assertThat(parts())
                .extracting(part -> part.getFileName().toString())
                .containsExactly("journal-1.jsonl", "journal-2.jsonl", "journal-3.jsonl", "journal.jsonl");
        long all = 0;
        for (Path part : parts()) {
            assertThat(Files.size(part)).isLessThan((8 << 20) + 10 * 47_000);
            all += Files.size(part);
        }
        assertThat(all).isEqualTo(committed);

        FileTime finished = Files.getLastModifiedTime(directory.resolve("journal-2.jsonl"));
        Journal resumed = open(committed);
        assertThat(seen).hasSize(600).isSorted();
        longRun(resumed, 601, 610);
        assertThat(Files.getLastModifiedTime(directory.resolve("journal-2.jsonl")))
                .isEqualTo(finished);
        seen.clear();
        Journal.read(
                storage,
                directory.toString(),
                entry -> seen.add(entry.get("round").longValue()));
        assertThat(seen).hasSize(610).isSorted();
    }

    @Test
    void partsOfRoundsThatWereNeverCommittedAreCutToo() throws IOException {
        long committed = longRun(open(0), 1, 100);
        longRun(open(committed), 101, 600);
        Journal resumed = open(committed);
        assertThat(seen).hasSize(100);
        longRun(resumed, 101, 110);
        assertThat(parts()).hasSize(1);
        assertThat(stored().lines()).hasSize(110);
    }

    @Test
    void theOnePartOfAnEarlierVersionStaysAsItIs() throws IOException {
        Journal log = open(0);
        for (long round = 1; round <= 200; round++) {
            log.append(round(round).put("executors", "x".repeat(46_000)));
        }
        log.save();
        String before = stored();
        log.append(round(201));
        log.save();
        assertThat(stored()).isEqualTo(before);
        assertThat(Files.readString(directory.resolve("journal-1.jsonl"))).isEqualTo("{\"round\":201,\"loss\":1.5}\n");
        assertThat(open(log.bytes()).bytes()).isEqualTo(log.bytes());
        assertThat(seen).hasSize(201);
    }
}
