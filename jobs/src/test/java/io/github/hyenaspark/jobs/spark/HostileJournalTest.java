package io.github.hyenaspark.jobs.spark;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.hyenaspark.io.HostileBytes;
import io.github.hyenaspark.io.Storage;
import io.github.hyenaspark.jobs.report.RunLog;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Journals that somebody has tampered with: refused in a sentence, without harm. */
class HostileJournalTest {
    private static final long SEED = 668;

    @TempDir
    Path run;

    @Test
    void journalsThatWereTamperedWithAreRefused() throws IOException {
        feed(1_000);
    }

    @Test
    @Tag("endurance")
    void manyJournalsThatWereTamperedWithAreRefused() throws IOException {
        feed(100_000);
    }

    private void feed(int files) throws IOException {
        Storage storage = Storage.local();
        Path journal = run.resolve("journal.jsonl");
        String line = "{\"round\":%d,\"tokens\":80,\"loss\":2.5,\"worker_steps\":[20,20],\"ms\":{\"total\":5}}\n";
        byte[] good = (line.formatted(1) + line.formatted(2)).getBytes(StandardCharsets.UTF_8);
        int refused = HostileBytes.feed(SEED, files, good, UnaryOperator.identity(), file -> {
            Files.write(journal, file);
            RunLog.open(storage, run.toString(), file.length).entries();
            ReplayedSteps.read(storage, journal.toString());
        });
        assertThat(refused).isGreaterThan(files / 2);
    }
}
