package io.github.hyenaspark.jobs.train;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.hyenaspark.jobs.testing.HyenaProcess;
import io.github.hyenaspark.jobs.testing.HyenaProcess.Running;
import io.github.hyenaspark.jobs.testing.SmallRun;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A thousand rounds in the same processes: what the driver and the executors hold stays what it was. */
class SoakIT {
    private static final int ROUNDS = 1_000;
    private static final int WARM = 200;
    private static final double DRIFT = 1.01;

    /** Threads and files come and go by a few, whatever the number of rounds. */
    private static final int SOME = 8;

    private static final int LOOKS = 8;
    private static final Pattern TOTAL = Pattern.compile("Total\\s+\\d+\\s+(\\d+)");
    private static final Pattern THREADS = Pattern.compile("(?m)^Threads:\\s+(\\d+)");
    private static final Pattern RESIDENT = Pattern.compile("(?m)^VmRSS:\\s+(\\d+)");
    private static final Pattern MANIFEST = Pattern.compile("(\\d{12})-.*\\.json");

    @TempDir
    Path directory;

    /**
     * What a process holds.
     *
     * @param heap live bytes, after a collection
     * @param resident KiB
     */
    private record Holding(long heap, long threads, long files, long resident) {}

    @Test
    @Tag("fault-23")
    @Tag("soak")
    void aThousandRoundsHoldNoMoreThanTwoHundred() throws Exception {
        String dataset = SmallRun.prepare(directory);
        List<String> words = new ArrayList<>(List.of("train"));
        words.addAll(SmallRun.SETTINGS);
        words.addAll(List.of(
                "train.local-steps=1",
                "train.inner-state=local",
                "train.codec=int4",
                "train.rounds=" + 10 * ROUNDS, // it goes on while it is looked at, and is ended then
                "run.validate-every-rounds=20",
                "checkpoint.every-rounds=5",
                "data.dataset=" + dataset,
                "run.dir=" + directory.resolve("run")));
        Map<String, Holding> warm;
        Map<String, Holding> end;
        HyenaProcess process = HyenaProcess.on("local-cluster[2,1,512]");
        try (Running running = process.start(directory.resolve("said"), words.toArray(String[]::new))) {
            warm = holdingsAfter(WARM, running);
            Map<String, Holding> middle = holdingsAfter((WARM + ROUNDS) / 2, running);
            end = holdingsAfter(ROUNDS, running);
            System.out.printf(
                    "after %d, %d and %d rounds:%n  %s%n  %s%n  %s%n",
                    WARM, (WARM + ROUNDS) / 2, ROUNDS, warm, middle, end);
        }
        assertThat(end.keySet())
                .as("the same three processes")
                .isEqualTo(warm.keySet())
                .hasSize(3);
        end.forEach((name, held) -> {
            Holding before = Objects.requireNonNull(warm.get(name));
            assertThat(held.heap())
                    .as("live bytes of %s, after %s", name, before)
                    .isLessThan((long) (before.heap() * DRIFT));
            assertThat(held.threads()).as("threads of %s", name).isLessThanOrEqualTo(before.threads() + SOME);
            assertThat(held.files()).as("open files of %s", name).isLessThanOrEqualTo(before.files() + SOME);
        });
    }

    /** By process, when so many rounds have been saved. */
    private Map<String, Holding> holdingsAfter(int round, Running running) throws Exception {
        long end = System.nanoTime() + TimeUnit.MINUTES.toNanos(30);
        while (saved() < round) {
            assertThat(running.process().isAlive())
                    .as("the run goes on; it said\n%s", Files.readString(running.messages()))
                    .isTrue();
            assertThat(System.nanoTime()).as("a round a second, at least").isLessThan(end);
            TimeUnit.MILLISECONDS.sleep(200);
        }
        Map<String, Holding> holdings = new TreeMap<>();
        holdings.put("the driver", holding(running.process().pid()));
        for (ProcessHandle child : running.process().descendants().toList()) {
            holdings.put("executor " + child.pid(), holding(child.pid()));
        }
        return holdings;
    }

    private long saved() throws IOException {
        Path manifests = directory.resolve("run/manifest");
        if (!Files.isDirectory(manifests)) {
            return 0;
        }
        try (Stream<Path> files = Files.list(manifests)) {
            return files.map(file -> MANIFEST.matcher(file.getFileName().toString()))
                    .filter(Matcher::matches)
                    .mapToLong(matcher -> Long.parseLong(matcher.group(1)))
                    .max()
                    .orElse(0);
        }
    }

    private static Holding holding(long pid) throws Exception {
        long live = Long.MAX_VALUE;
        for (int time = 0; time < LOOKS; time++) { // between the rounds; what a cleaner frees, the next one finds gone
            live = Math.min(live, number(TOTAL, histogram(pid)));
            TimeUnit.MILLISECONDS.sleep(300);
        }
        String status = Files.readString(Path.of("/proc/" + pid + "/status"));
        try (Stream<Path> files = Files.list(Path.of("/proc/" + pid + "/fd"))) {
            return new Holding(live, number(THREADS, status), files.count(), number(RESIDENT, status));
        }
    }

    private static long number(Pattern pattern, String text) {
        Matcher matcher = pattern.matcher(text);
        assertThat(matcher.find()).as(text).isTrue();
        return Long.parseLong(matcher.group(1));
    }

    /** Of what is alive: the JVM collects before it counts. */
    private static String histogram(long pid) throws Exception {
        Path jcmd = Path.of(System.getProperty("java.home"), "bin", "jcmd");
        Process process = new ProcessBuilder(jcmd.toString(), Long.toString(pid), "GC.class_histogram")
                .redirectErrorStream(true)
                .start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(said).isZero();
        return said;
    }
}
