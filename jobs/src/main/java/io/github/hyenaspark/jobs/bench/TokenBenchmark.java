package io.github.hyenaspark.jobs.bench;

import com.knuddels.jtokkit.Encodings;
import com.knuddels.jtokkit.api.Encoding;
import com.knuddels.jtokkit.api.EncodingType;
import io.github.hyenaspark.bench.BenchmarkLoop;
import io.github.hyenaspark.bench.BenchmarkLoop.Workload;
import io.github.hyenaspark.data.token.ByteTokenizer;
import io.github.hyenaspark.data.token.DnaTokenizer;
import io.github.hyenaspark.data.token.Gpt2Vocabulary;
import io.github.hyenaspark.data.token.SplitPattern;
import io.github.hyenaspark.data.token.Tokenizer;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;

/** Measures the tokenizers on one thread: CPU time, after warm-up, the median of the repeats. */
final class TokenBenchmark {
    private static final int SHORT = 1 << 12;
    private static final int LONG = 1 << 20;
    private static final int GENERATED = 4 << 20;
    private static final int LINE = 80;
    private static final int WARM_UP = 3;
    private static final int REPEATS = 7;

    private final int repeats;
    private long seen; // so that no result is unused

    private TokenBenchmark(int repeats) {
        this.repeats = repeats;
    }

    /** Measures all tokenizers, repeatedly; 0 repeats stand for seven. */
    public static Speeds run(byte[] text, int repeats) throws IOException {
        var benchmark = new TokenBenchmark(repeats == 0 ? REPEATS : repeats);
        return new Speeds(
                benchmark.alone(Tokenizer.of(ByteTokenizer.NAME), text),
                benchmark.alone(Tokenizer.of(DnaTokenizer.NAME), generatedDna(text.length)),
                benchmark.gpt2(documents(text, SHORT)),
                benchmark.gpt2(documents(text, LONG)));
    }

    /** What jtokkit alone does with a UTF-8 text and GPT-2's vocabulary, in documents of a megabyte. */
    public static Runnable jtokkit(byte[] text) {
        return new TokenBenchmark(1).jtokkit(documents(text, LONG));
    }

    /** Some megabytes of words of GPT-2's vocabulary, lower ids more often: not prose, but as long. */
    public static byte[] generatedText() {
        byte[][] tokens = Gpt2Vocabulary.tokenizer().vocabulary().tokens();
        List<String> words = Arrays.stream(tokens)
                .map(token -> new String(token, StandardCharsets.ISO_8859_1))
                .filter(token -> token.matches(" [A-Za-z]+"))
                .toList();
        Random random = new Random(1);
        var text = new StringBuilder();
        while (text.length() < GENERATED) {
            // log-uniform ranks are Zipf's law; every fifth word is made of two
            String word = words.get((int) StrictMath.pow(words.size(), random.nextDouble()) - 1);
            text.append(random.nextInt(5) == 0 ? word.strip() : word);
            text.append(random.nextInt(12) == 0 ? random.nextInt(6) == 0 ? ".\n" : "," : "");
        }
        return text.toString().getBytes(StandardCharsets.US_ASCII);
    }

    /** Random bases of both cases in lines of 79, {@code length} bytes in all. */
    public static byte[] generatedDna(int length) {
        Random random = new Random(1);
        byte[] text = new byte[length];
        for (int i = 0; i < length; i++) {
            text[i] = (byte) (i % LINE == LINE - 1 ? '\n' : "ACGTacgt".charAt(random.nextInt(8)));
        }
        return text;
    }

    /** The text in documents of about this many bytes, cut where the tokenizer may cut. */
    private static List<byte[]> documents(byte[] text, int length) {
        List<byte[]> documents = new ArrayList<>();
        for (int begin = 0; begin < text.length; ) {
            int end = Math.min(text.length, begin + length);
            while (end < text.length && !SplitPattern.GPT2.cutsBefore(text, end, text.length)) {
                end++;
            }
            documents.add(Arrays.copyOfRange(text, begin, end));
            begin = end;
        }
        return documents;
    }

    private double alone(Tokenizer tokenizer, byte[] text) throws IOException {
        Workload work = Workload.of(text.length, () -> tokenizer.encode(new ByteArrayInputStream(text), this::take));
        return BenchmarkLoop.interleaved(List.of(work), WARM_UP, repeats).get(0).cpu();
    }

    private Speeds.Gpt2Speeds gpt2(List<byte[]> documents) throws IOException {
        Tokenizer tokenizer = Gpt2Vocabulary.tokenizer();
        long bytes = documents.stream().mapToLong(document -> document.length).sum();
        Workload ours = Workload.of(bytes, () -> {
            for (byte[] document : documents) {
                tokenizer.encode(new ByteArrayInputStream(document), this::take);
            }
        });
        Workload jtokkit = Workload.of(bytes, jtokkit(documents)::run);
        List<BenchmarkLoop.Speed> speeds = BenchmarkLoop.interleaved(List.of(ours, jtokkit), WARM_UP, repeats);
        return new Speeds.Gpt2Speeds(speeds.get(0).cpu(), speeds.get(1).cpu());
    }

    private Runnable jtokkit(List<byte[]> documents) {
        Encoding jtokkit = Encodings.newLazyEncodingRegistry().getEncoding(EncodingType.R50K_BASE);
        List<String> strings = documents.stream()
                .map(document -> new String(document, StandardCharsets.UTF_8))
                .toList();
        return () ->
                strings.forEach(string -> seen += jtokkit.encodeOrdinary(string).size());
    }

    private void take(int[] ids, int count) {
        seen += count == 0 ? 0 : ids[count - 1];
    }

    /**
     * Speeds of tokenizers on one core, in MB (10^6 bytes) of input per second of CPU time; GPT-2's on documents of 4
     * KiB and of 1 MiB.
     */
    public record Speeds(double bytes, double dna, Gpt2Speeds shortDocuments, Gpt2Speeds longDocuments) {
        /**
         * GPT-2's tokenizer, from bytes in UTF-8 to ids in a sink, and jtokkit below it, from ready strings to its
         * lists of ids, measured alternately on the same documents.
         */
        public record Gpt2Speeds(double ours, double jtokkit) {}
    }
}
