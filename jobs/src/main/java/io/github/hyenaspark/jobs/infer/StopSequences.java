package io.github.hyenaspark.jobs.infer;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.function.Consumer;

/** Forwards text, a few bytes at a time, up to the first stop sequence. Holds back only what may start one. */
final class StopSequences {
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
