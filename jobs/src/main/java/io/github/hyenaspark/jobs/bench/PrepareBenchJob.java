package io.github.hyenaspark.jobs.bench;

import static io.github.hyenaspark.jobs.bench.BenchJob.shown;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.hyenaspark.bench.BenchmarkLoop;
import io.github.hyenaspark.bench.BenchmarkLoop.Speed;
import io.github.hyenaspark.bench.BenchmarkLoop.Workload;
import io.github.hyenaspark.config.Settings;
import io.github.hyenaspark.data.prepare.DataConfig;
import io.github.hyenaspark.data.prepare.DatasetSpec;
import io.github.hyenaspark.data.prepare.commit.SnapshotCommit;
import io.github.hyenaspark.data.prepare.duplicate.DuplicateSearch;
import io.github.hyenaspark.data.prepare.plan.InputPlan;
import io.github.hyenaspark.data.prepare.unit.UnitWork;
import io.github.hyenaspark.data.prepare.unit.WorkUnit;
import io.github.hyenaspark.data.token.Tokenizer;
import io.github.hyenaspark.io.Hashes;
import io.github.hyenaspark.io.Json;
import io.github.hyenaspark.io.Storage;
import io.github.hyenaspark.jobs.cli.Console;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * {@code bench prepare}: the speed of all of prepare on one thread (listing, units, snapshot and views) except Spark
 * and the search for duplicates, with files in a temporary directory; after warm-up, the median of the repeats. Text
 * and DNA are one long document each; the text is also measured as JSON lines of about a kilobyte.
 */
final class PrepareBenchJob {
    private static final int MEBIBYTE = 1 << 20;
    private static final int SLOWER = 4;
    private static final int LINE_LETTERS = 1000;
    private static final int WARM_UP = 2;
    private static final int REPEATS = 5;

    private final Storage storage;
    private final int repeats;
    private final Path directory;
    private final BenchJob.Config config;
    private final ObjectNode speeds = Json.object();

    private PrepareBenchJob(Path directory, BenchJob.Config config) throws IOException {
        this.storage = Storage.local();
        this.directory = directory;
        this.config = config;
        this.repeats = config.steps() == 0 ? REPEATS : config.steps();
    }

    static void run(Settings settings, Console console) throws IOException {
        BenchJob.Config config = settings.bind("bench", BenchJob.Config.class);
        byte[] text = BenchJob.text(config);
        Path directory = Files.createTempDirectory("hyena-bench-");
        var job = new PrepareBenchJob(directory, config);
        try {
            job.speeds.put("text", config.text().isBlank() ? "generated" : config.text());
            job.measure(text);
            console.result(job.speeds);
        } finally {
            job.storage.delete(directory.toString());
        }
    }

    private void measure(byte[] text) throws IOException {
        int bytes = Math.multiplyExact(config.mebibytes(), MEBIBYTE);
        Path longText = repeated("long.txt", text, bytes);
        Path genome = directory.resolve("genome.fa");
        try (OutputStream out = Files.newOutputStream(genome)) {
            out.write(">generated\n".getBytes(StandardCharsets.US_ASCII));
            out.write(TokenBenchmark.generatedDna(bytes));
        }
        prepare("bytes", "bytes", longText);
        prepare("dna", "dna", genome);
        prepare("bytes_lines", "bytes", lines(text, bytes));
        Path shortText = repeated("short.txt", text, bytes / SLOWER);
        Runnable jtokkit = TokenBenchmark.jtokkit(Files.readAllBytes(shortText));
        Workload gpt2 = work(settings("gpt2", shortText));
        List<Speed> both = measured(List.of(gpt2, Workload.of(gpt2.bytes(), jtokkit::run))); // alternately
        put("gpt2", both.get(0));
        speeds.put("jtokkit_mb_per_s", shown(both.get(1).cpu()));
        speeds.put("gpt2_to_jtokkit", shown(both.get(0).cpu() / both.get(1).cpu()));
        byte[] hashed = Files.readAllBytes(shortText);
        Speed sha256 = measured(List.of(Workload.of(hashed.length, () -> Hashes.sha256(hashed))))
                .get(0);
        speeds.put("sha256_mb_per_s", shown(sha256.cpu()));
    }

    private void prepare(String name, String tokenizer, Path input) throws IOException {
        put(name, measured(List.of(work(settings(tokenizer, input)))).get(0));
    }

    private List<Speed> measured(List<Workload> works) throws IOException {
        return BenchmarkLoop.interleaved(works, WARM_UP, repeats);
    }

    /** Prepares an input; the dataset is deleted each time. */
    private Workload work(DataConfig data) throws IOException {
        var spec = DatasetSpec.of(storage, data);
        Tokenizer tokenizer = Tokenizer.open(storage, data.tokenizer());
        long bytes = InputPlan.of(storage, spec).fresh().stream()
                .mapToLong(WorkUnit::bytes)
                .sum();
        return new Workload(bytes, () -> prepare(spec, tokenizer), () -> storage.delete(data.dataset()));
    }

    private void prepare(DatasetSpec spec, Tokenizer tokenizer) throws IOException {
        InputPlan plan = InputPlan.of(storage, spec);
        spec.storeTokenizer(storage);
        for (WorkUnit unit : plan.pending()) {
            UnitWork.run(unit, spec, tokenizer, storage);
        }
        SnapshotCommit.open(storage, spec, plan).commit(new DuplicateSearch.Result(List.of(), List.of()));
    }

    private DataConfig settings(String tokenizer, Path input) {
        List<String> settings = List.of(
                "data.input=" + input, "data.dataset=" + directory.resolve("dataset"), "data.tokenizer=" + tokenizer);
        return Settings.load(settings).bind("data", DataConfig.class);
    }

    private void put(String name, Speed speed) {
        speeds.put(name + "_mb_per_s", shown(speed.cpu()));
        speeds.put(name + "_wall_mb_per_s", shown(speed.wall()));
    }

    /** A file that repeats the text until it has at least this many bytes. */
    private Path repeated(String name, byte[] text, int bytes) throws IOException {
        Path file = directory.resolve(name);
        try (OutputStream out = Files.newOutputStream(file)) {
            for (long written = 0; written < bytes; written += text.length) {
                out.write(text);
            }
        }
        return file;
    }

    /** The text in documents of about a kilobyte, as JSON lines. */
    private Path lines(byte[] text, int bytes) throws IOException {
        String all = new String(text, StandardCharsets.UTF_8);
        List<String> lines = new ArrayList<>();
        for (int begin = 0; begin < all.length(); ) {
            int end = Math.min(all.length(), begin + LINE_LETTERS);
            end -= Character.isHighSurrogate(all.charAt(end - 1)) ? 1 : 0;
            lines.add(Json.line(Json.object().put("text", all.substring(begin, end))));
            begin = end;
        }
        byte[] once = (String.join("\n", lines) + "\n").getBytes(StandardCharsets.UTF_8);
        return repeated("lines.jsonl", once, bytes);
    }
}
