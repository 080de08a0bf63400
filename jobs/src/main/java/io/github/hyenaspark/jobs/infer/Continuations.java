package io.github.hyenaspark.jobs.infer;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.hyenaspark.io.Json;
import io.github.hyenaspark.jobs.spark.averaging.TextGenerator;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;

/** Continues prompts, streamed or as lines of JSON, and measures the speed. */
final class Continuations {
    private final GenerateJob.Config config;
    private final TextGenerator generator;
    private long tokens;
    private long nanos;

    Continuations(GenerateJob.Config config, TextGenerator generator) {
        this.config = config;
        this.generator = generator;
    }

    void stream(String prompt, long seed, PrintStream results) {
        try (var text = new Utf8Writer(results)) {
            generate(prompt, seed, text::write, () -> !results.checkError());
        }
        results.println();
        results.flush();
    }

    ObjectNode result(String prompt, long seed) {
        var text = new ByteArrayOutputStream();
        int count = generate(prompt, seed, text::writeBytes, () -> true);
        return Json.object()
                .put("prompt", prompt)
                .put("text", text.toString(StandardCharsets.UTF_8))
                .put("tokens", count)
                .put("seed", seed);
    }

    /** Until somebody has read enough. */
    private int generate(String prompt, long seed, Consumer<byte[]> text, BooleanSupplier goesOn) {
        var stop = new StopSequences(config.stop(), text);
        long start = System.nanoTime();
        int count = generator.generate(
                prompt, config.tokens(), config.sampling(), seed, token -> stop.write(token) && goesOn.getAsBoolean());
        nanos += System.nanoTime() - start;
        tokens += count;
        stop.finish();
        return count;
    }

    String speed() {
        double seconds = nanos * 1e-9;
        return String.format(
                Locale.ROOT, "%d tokens in %.2f s, %.0f tokens/s", tokens, seconds, tokens / Math.max(seconds, 1e-9));
    }

    /** Forwards text, a few bytes at a time, up to the first stop sequence. Holds back only what may start one. */
    static final class StopSequences {
        private final List<String> sequences; // a char is a byte
        private final Consumer<byte[]> to;
        private String held = "";

        StopSequences(List<String> texts, Consumer<byte[]> to) {
            this.to = to;
            sequences = texts.stream()
                    .map(text -> bytesAsChars(text.getBytes(StandardCharsets.UTF_8)))
                    .toList();
        }

        /** Takes the next bytes; false if they complete a sequence. */
        boolean write(byte[] bytes) {
            held += bytesAsChars(bytes);
            int stop = sequences.stream()
                    .mapToInt(held::indexOf)
                    .filter(at -> at >= 0)
                    .min()
                    .orElse(-1);
            if (stop >= 0) {
                pass(stop);
                held = "";
                return false;
            }
            int sure = 0;
            while (sure < held.length() && !mayBegin(held.substring(sure))) {
                sure++;
            }
            pass(sure);
            return true;
        }

        /** Forwards what was held back, at the end of the text. */
        void finish() {
            pass(held.length());
        }

        private boolean mayBegin(String text) {
            return sequences.stream().anyMatch(sequence -> sequence.startsWith(text));
        }

        private void pass(int count) {
            if (count > 0) {
                to.accept(held.substring(0, count).getBytes(StandardCharsets.ISO_8859_1));
                held = held.substring(count);
            }
        }

        private static String bytesAsChars(byte[] bytes) {
            return new String(bytes, StandardCharsets.ISO_8859_1);
        }
    }

    /**
     * Writes text that arrives a few bytes at a time: each character once its last byte has arrived. Bytes that are not
     * UTF-8 become the replacement character, so that the output is always text.
     */
    static final class Utf8Writer implements AutoCloseable {
        private static final int LONGEST_CHARACTER = 4; // bytes

        private final PrintStream to;
        private final CharsetDecoder decoder = StandardCharsets.UTF_8
                .newDecoder()
                .onMalformedInput(CodingErrorAction.REPLACE)
                .onUnmappableCharacter(CodingErrorAction.REPLACE);
        private byte[] rest = {};

        Utf8Writer(PrintStream to) {
            this.to = to;
        }

        void write(byte[] bytes) {
            ByteBuffer input = ByteBuffer.allocate(rest.length + bytes.length)
                    .put(rest)
                    .put(bytes)
                    .flip();
            CharBuffer output = CharBuffer.allocate(input.remaining() + LONGEST_CHARACTER);
            decoder.decode(input, output, false);
            rest = new byte[input.remaining()];
            input.get(rest);
            print(output);
        }

        /** Writes a replacement for an unfinished character; leaves the stream open. */
        @Override
        public void close() {
            CharBuffer output = CharBuffer.allocate(LONGEST_CHARACTER);
            decoder.decode(ByteBuffer.wrap(rest), output, true);
            decoder.flush(output);
            print(output);
        }

        private void print(CharBuffer output) {
            to.print(output.flip());
            to.flush();
        }
    }
}
