package io.github.hyenaspark.jobs.train;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.hyenaspark.io.FileInfo;
import io.github.hyenaspark.io.Storage;
import io.github.hyenaspark.jobs.testing.DisturbedRun;
import io.github.hyenaspark.jobs.testing.HyenaProcess;
import io.github.hyenaspark.jobs.testing.HyenaProcess.Running;
import io.github.hyenaspark.jobs.testing.NamedPoint;
import io.github.hyenaspark.jobs.testing.PreparePlace;
import io.github.hyenaspark.jobs.testing.Radosgw;
import io.github.hyenaspark.jobs.testing.SmallRun;
import io.github.hyenaspark.jobs.testing.SmallRun.Outcome;
import io.github.hyenaspark.jobs.testing.UndisturbedRun;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Dataset and run on a real S3 server: what it costs, who wins a race, and outages while a run trains. */
@Tag("radosgw")
class RadosgwIT {
    private static final String LOCAL = "local[1]";
    private static final long PATIENCE_SECONDS = 240;
    private static final int MOST_REQUESTS = 25;
    /** With what workers keep: each of the two reads and writes its own, and a second directory is removed by four. */
    private static final int MOST_REQUESTS_OF_LOCAL = MOST_REQUESTS + 2 * 2 + 4;

    @TempDir
    static Path shared;

    @TempDir
    Path directory;

    @SuppressWarnings("NullAway.Init") // before the first test, each of which is skipped by name without a server
    private static Radosgw server;

    @SuppressWarnings("NullAway.Init")
    private static UndisturbedRun undisturbed;

    @BeforeEach
    void start() throws Exception {
        Radosgw.assumeInstalled();
        if (server == null) {
            server = Radosgw.start(shared.resolve("radosgw"));
            undisturbed = UndisturbedRun.onDisk(shared);
        }
    }

    @AfterAll
    static void stop() throws Exception {
        if (server != null) {
            server.close();
        }
    }

    /** A run that has not begun, with a dataset of its own. */
    private DisturbedRun run() throws IOException {
        return DisturbedRun.at(server.place(directory.getFileName().toString()), directory, "run");
    }

    @Test
    void theWholePathEndsWithTheBitsOfALocalDisk() throws Exception {
        DisturbedRun run = run();
        NamedPoint death = NamedPoint.killing("^saved round 3", directory.resolve("death"));
        Outcome killed = run.process(LOCAL).withDriverAt(death).run(directory, run.train());
        assertThat(killed.code()).as(killed.messages()).isEqualTo(HyenaProcess.KILLED);
        run.assertEnded(run.here(), undisturbed);
        PreparePlace place = run.place();
        JsonNode scored = place.run(
                        LOCAL,
                        "score",
                        "run.dir=" + run.uri(),
                        "data.input=file:" + directory.resolve("corpus"),
                        "score.output=" + place.uri("scores"))
                .json();
        assertThat(scored.get("documents").intValue()).isEqualTo(4);
        place.run(LOCAL, "export", run.uri(), "export.output=" + place.uri("export"))
                .json();
        assertThat(place.storage().find(place.uri("export")))
                .extracting(FileInfo::name)
                .contains("model.safetensors");
        for (String checked : List.of(run.dataset(), run.uri())) {
            assertThat(place.run(LOCAL, "verify", checked).json().get("valid").booleanValue())
                    .as(checked)
                    .isTrue();
        }
    }

    /** The second size takes two parts, the third five. */
    @ParameterizedTest
    @ValueSource(ints = {100, 6 << 20, 20 << 20})
    void ofWritersThatRaceOneWins(int bytes) throws Exception {
        PreparePlace place = server.place("races-" + bytes);
        Storage storage = place.storage();
        int writers = bytes < 1000 ? 8 : 4;
        ExecutorService threads = Executors.newFixedThreadPool(writers);
        try {
            for (int race = 0; race < (bytes < 1000 ? 10 : 3); race++) {
                String target = place.uri("object-" + race);
                List<byte[]> contents = new ArrayList<>();
                List<Callable<Boolean>> calls = new ArrayList<>();
                for (int writer = 0; writer < writers; writer++) {
                    byte[] content = new byte[bytes];
                    Arrays.fill(content, (byte) writer);
                    contents.add(content);
                    calls.add(() -> storage.createExclusively(target, content));
                }
                List<Integer> winners = new ArrayList<>();
                List<Future<Boolean>> answers = threads.invokeAll(calls);
                for (int writer = 0; writer < writers; writer++) {
                    if (answers.get(writer).get()) {
                        winners.add(writer);
                    }
                }
                assertThat(winners).as("winners of race %d", race).hasSize(1);
                assertThat(storage.read(target)).isEqualTo(contents.get(winners.get(0)));
            }
        } finally {
            threads.shutdownNow();
        }
    }

    @Test
    void ofTwoDriversTheLaterOneGoesOn() throws Exception {
        DisturbedRun run = run();
        NamedPoint both =
                NamedPoint.holding("^starting ", directory.resolve("both")).times(2);
        HyenaProcess process = run.process(LOCAL).withDriverAt(both);
        try (Running one = process.start(directory, run.train());
                Running other = process.start(directory, run.train())) {
            both.awaitAll(PATIENCE_SECONDS);
            both.release();
            List<Outcome> outcomes = new ArrayList<>(List.of(one.await(), other.await()));
            outcomes.removeIf(outcome -> outcome.code() == DisturbedRun.REPLACED);
            assertThat(outcomes).hasSize(1);
            run.assertEnded(outcomes.get(0), undisturbed);
        }
    }

    @Test
    void ofTwoPreparesOneDoesTheWork() throws Exception {
        PreparePlace place = server.place(directory.getFileName().toString());
        String[] prepare = {
            "prepare", "data.input=file:" + SmallRun.corpus(directory), "data.dataset=" + place.uri("ds")
        };
        NamedPoint held = NamedPoint.holding("^holding ", directory.resolve("held"));
        try (Running first = place.process(LOCAL).withDriverAt(held).start(directory, prepare)) {
            held.awaitReached(PATIENCE_SECONDS);
            Outcome second = place.run(LOCAL, prepare);
            assertThat(second.code()).as(second.messages()).isEqualTo(DisturbedRun.REPLACED);
            held.release();
            assertThat(first.await().json().get("outcome").textValue()).isEqualTo("created");
        }
        assertThat(place.run(LOCAL, "verify", place.uri("ds"))
                        .json()
                        .get("valid")
                        .booleanValue())
                .isTrue();
    }

    @Test
    void anOutageOfTwentySecondsIsWaitedFor() throws Exception {
        awaitOutage(Duration.ofSeconds(20));
    }

    @Test
    @Tag("endurance")
    void anOutageOfFiveMinutesIsWaitedForIfTheRunIsPatient() throws Exception {
        awaitOutage(Duration.ofMinutes(5), "run.store-patience-seconds=600");
    }

    /** The server dies while a checkpoint is written. */
    private void awaitOutage(Duration outage, String... settings) throws Exception {
        DisturbedRun run = run();
        NamedPoint writing = NamedPoint.holding("^theta of round 3 is written", directory.resolve("writing"));
        try (Running running = run.process(LOCAL).withDriverAt(writing).start(directory, run.train(settings))) {
            writing.awaitReached(PATIENCE_SECONDS);
            server.kill();
            writing.release();
            boolean ended = running.process().waitFor(outage.toSeconds(), TimeUnit.SECONDS);
            server.startAgain();
            Outcome outcome = running.await(outage.plusMinutes(4));
            assertThat(ended).as(outcome.messages()).isFalse();
            run.assertEnded(outcome, undisturbed);
        }
    }

    @Test
    void threeRestartsOfTheServerLeaveNoTrace() throws Exception {
        restart(3);
    }

    @Test
    @Tag("endurance")
    void thirtySixRestartsOfTheServerLeaveNoTrace() throws Exception {
        restart(36);
    }

    private void restart(int times) throws Exception {
        DisturbedRun run = run();
        NamedPoint held = NamedPoint.holding("^round 8 begins", directory.resolve("held"));
        try (Running running = run.process(LOCAL).withDriverAt(held).start(directory, run.train())) {
            for (int restart = 0; restart < times; restart++) {
                while (run.committed() < Math.min(restart, DisturbedRun.ROUNDS - 2)) {
                    assertThat(running.process().waitFor(50, TimeUnit.MILLISECONDS))
                            .as("the driver should live on; it said:\n%s", Files.readString(running.messages()))
                            .isFalse();
                }
                server.kill();
                server.startAgain();
            }
            held.release();
            run.assertEnded(running.await(), undisturbed);
        }
    }

    /** Of a dataset of several blocks, whose sequences are read in any order. */
    @ParameterizedTest
    @ValueSource(strings = {"average", "local"})
    void aRoundTakesFewRequestsAndNoBlockIsReadAgainAndAgain(String innerState) throws Exception {
        PreparePlace place = server.place(directory.getFileName().toString());
        Path corpus = SmallRun.corpus(directory);
        for (int document = 0; document < 3; document++) {
            Files.writeString(corpus.resolve(document + ".txt"), ("text of " + document + ", again. ").repeat(4000));
        }
        List<String> prepare = new ArrayList<>(List.of("prepare"));
        prepare.addAll(SmallRun.SETTINGS);
        prepare.addAll(List.of("data.input=file:" + corpus, "data.dataset=" + place.uri("ds")));
        JsonNode prepared = place.run(LOCAL, prepare.toArray(String[]::new)).json();
        List<String> train = new ArrayList<>(List.of("train"));
        train.addAll(SmallRun.SETTINGS);
        train.addAll(List.of(
                "train.batch-size=8",
                "train.inner-state=" + innerState,
                "checkpoint.every-rounds=1",
                "data.dataset=" + place.uri("ds"),
                "run.dir=" + place.uri("run")));
        place.run(LOCAL, train.toArray(String[]::new)).json();

        List<String> rounds = new ArrayList<>();
        List<Integer> ends = new ArrayList<>();
        long tokens = 0;
        for (JsonNode request : server.requests()) {
            String line = request.get("uri").textValue();
            if (line.contains(directory.getFileName().toString())) {
                rounds.add(line);
                if (line.matches("PUT .*/run/manifest/.*")) {
                    ends.add(rounds.size());
                }
                if (line.matches("GET .*/ds/train/.*[.]bin .*")) {
                    tokens += request.get("bytes_sent").longValue();
                }
            }
        }
        assertThat(ends).hasSize(6);
        int most = innerState.equals("local") ? MOST_REQUESTS_OF_LOCAL : MOST_REQUESTS;
        for (int round = 4; round <= 5; round++) { // retention has begun, and a round is measured in between
            List<String> requests = rounds.subList(ends.get(round - 2), ends.get(round - 1));
            System.out.printf("inner-state=%s, round %d: %d requests%n", innerState, round, requests.size());
            assertThat(requests).as("round %d", round).hasSizeLessThanOrEqualTo(most);
        }
        long stored = place.storage().find(place.uri("ds/train")).stream()
                .filter(file -> file.name().endsWith(".bin"))
                .mapToLong(FileInfo::bytes)
                .sum();
        assertThat(stored).isGreaterThanOrEqualTo(prepared.get("train_tokens").longValue());
        assertThat(tokens).as("bytes read of %d", stored).isBetween(1L, 3 * stored);
    }
}
