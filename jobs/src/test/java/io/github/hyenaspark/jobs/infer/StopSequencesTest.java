package io.github.hyenaspark.jobs.infer;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;

class StopSequencesTest {
    private final ByteArrayOutputStream passed = new ByteArrayOutputStream();

    private Continuations.StopSequences stopAt(String... texts) {
        return new Continuations.StopSequences(List.of(texts), passed::writeBytes);
    }

    private String passed() {
        return passed.toString(StandardCharsets.UTF_8);
    }

    private static boolean write(Continuations.StopSequences stop, String text) {
        return stop.write(text.getBytes(StandardCharsets.UTF_8));
    }

    @Test
    void withoutSequencesEverythingIsPassedAtOnce() {
        Continuations.StopSequences stop = stopAt();
        assertThat(write(stop, "abc")).isTrue();
        assertThat(passed()).isEqualTo("abc");
    }

    @Test
    void textUpToTheFirstSequenceIsPassed() {
        Continuations.StopSequences stop = stopAt("END", "\n\n");
        assertThat(write(stop, "one\ntwo\n\nthree END")).isFalse();
        stop.finish();
        assertThat(passed()).isEqualTo("one\ntwo");
    }

    @Test
    void aSequenceIsFoundAcrossPieces() {
        Continuations.StopSequences stop = stopAt("aab");
        for (String piece : List.of("x", "a", "a", "a")) {
            assertThat(write(stop, piece)).isTrue();
        }
        assertThat(passed()).as("only what may begin the sequence is held back").isEqualTo("xa");
        assertThat(write(stop, "b!")).isFalse();
        stop.finish();
        assertThat(passed()).isEqualTo("xa");
    }

    @Test
    void whatWasHeldBackComesAtTheEnd() {
        Continuations.StopSequences stop = stopAt("STOP");
        assertThat(write(stop, "go STO")).isTrue();
        assertThat(passed()).isEqualTo("go ");
        stop.finish();
        assertThat(passed()).isEqualTo("go STO");
    }

    @Test
    void aSequenceIsFoundInTheMiddleOfACharactersBytes() {
        Continuations.StopSequences stop = stopAt("ß");
        byte[] bytes = "aßb".getBytes(StandardCharsets.UTF_8);
        assertThat(stop.write(new byte[] {bytes[0], bytes[1]})).isTrue();
        assertThat(passed()).isEqualTo("a");
        assertThat(stop.write(new byte[] {bytes[2], bytes[3]})).isFalse();
        assertThat(passed()).isEqualTo("a");
    }
}
