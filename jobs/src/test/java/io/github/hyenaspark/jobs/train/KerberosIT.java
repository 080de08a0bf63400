package io.github.hyenaspark.jobs.train;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.hyenaspark.jobs.testing.HyenaProcess;
import io.github.hyenaspark.jobs.testing.HyenaProcess.Running;
import io.github.hyenaspark.jobs.testing.KerberosCluster;
import io.github.hyenaspark.jobs.testing.NamedPoint;
import io.github.hyenaspark.jobs.testing.SmallRun;
import io.github.hyenaspark.jobs.testing.SmallRun.Outcome;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A dataset and its runs on an HDFS that asks for Kerberos tickets, or for tokens instead. */
@Tag("process")
class KerberosIT {
    private static final int TOKEN_SECONDS = 20;
    private static final int START_SECONDS = 120;
    private static final HyenaProcess LOCAL = HyenaProcess.on("local[2]");
    private static final HyenaProcess CLUSTER = HyenaProcess.on("local-cluster[1,1,1024]");

    @TempDir
    static Path shared;

    private static KerberosCluster cluster;
    private static String theta;

    /** The dataset lies on the first name service, prepared with a keytab. */
    @BeforeAll
    static void prepare() throws Exception {
        String onDisk = SmallRun.prepare(shared);
        theta = SmallRun.hyena(
                        "local[2]",
                        "train",
                        "data.dataset=" + onDisk,
                        "run.dir=" + shared.resolve("run"),
                        "train.rounds=2")
                .theta();
        cluster = KerberosCluster.start(shared.resolve("kerberos"), TOKEN_SECONDS);
        Outcome prepared = cluster.submit(
                LOCAL, cluster.keytab(), words("prepare", "data.input=file:" + shared.resolve("corpus"), dataset()));
        assertThat(prepared.json().get("documents").intValue()).isEqualTo(4);
    }

    @AfterAll
    static void stop() {
        if (cluster != null) {
            cluster.close();
        }
    }

    private static List<String> words(String command, String... more) {
        List<String> words = new ArrayList<>(List.of(command));
        words.addAll(SmallRun.SETTINGS);
        words.addAll(Arrays.asList(more));
        return words;
    }

    private static String dataset() throws IOException {
        return "data.dataset=" + cluster.uri(0, "dataset");
    }

    private static List<String> train(String run) throws IOException {
        return words("train", dataset(), "run.dir=" + run, "train.rounds=2");
    }

    @Test
    void whoHasAKeytabTrainsAndWhoHasATicketInspects() throws Exception {
        String run = cluster.uri(1, "run");
        assertThat(cluster.submit(LOCAL, cluster.keytab(), train(run)).theta()).isEqualTo(theta);
        Outcome inspected = cluster.runWithTicket(LOCAL, "inspect", run, "--json");
        assertThat(inspected.code()).as(inspected.messages()).isZero();
        assertThat(inspected.results()).contains(theta);
    }

    @Test
    @Tag("endurance")
    void executorsOutliveTheirFirstTokens() throws Exception {
        NamedPoint pause = NamedPoint.holding("^round 2 begins", shared.resolve("pause"));
        List<String> both = new ArrayList<>(cluster.keytab());
        both.addAll(List.of("--conf", "spark.kerberos.access.hadoopFileSystems=" + cluster.uri(1, "")));
        try (Running running =
                cluster.startSubmit(CLUSTER.withDriverAt(pause), both, train(cluster.uri(1, "run-with-tokens")))) {
            pause.awaitReached(START_SECONDS);
            TimeUnit.SECONDS.sleep(2 * TOKEN_SECONDS);
            pause.release();
            assertThat(running.await().theta()).isEqualTo(theta);
        }
    }

    @Test
    void whoHasNeitherIsToldSo() throws Exception {
        assertRefused(cluster.submit(LOCAL, List.of(), train(cluster.uri(1, "refused"))));
    }

    @Test
    void executorsWithoutTokensEndTheRunWithASentence() throws Exception {
        HyenaProcess executors = CLUSTER.with("spark.security.credentials.hadoopfs.enabled", "false");
        assertRefused(cluster.submit(executors, cluster.keytab(), train(cluster.uri(1, "without-tokens"))));
    }

    private static void assertRefused(Outcome outcome) {
        assertThat(outcome.code()).as(outcome.messages()).isEqualTo(5);
        assertThat(outcome.messages()).contains("hyena train: ", "it wants Kerberos", "--keytab FILE");
        assertThat(outcome.results()).isEmpty();
    }
}
