package io.github.hyenaspark.jobs;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.hyenaspark.data.token.Tokenizer;
import org.junit.jupiter.api.Test;

class GenerateJobTest {
    private final Tokenizer tokenizer = Tokenizer.of("bytes");

    @Test
    void aPromptThatFitsIsReadWhole() {
        assertThat(GenerateJob.prompt("abc", tokenizer, 3)).containsExactly('a', 'b', 'c');
    }

    @Test
    void ofALongPromptTheTailIsRead() {
        assertThat(GenerateJob.prompt("abcdef", tokenizer, 4)).containsExactly('c', 'd', 'e', 'f');
    }

    @Test
    void withoutAPromptADocumentBegins() {
        assertThat(GenerateJob.prompt("", tokenizer, 4)).containsExactly(tokenizer.endOfDocument());
    }
}
