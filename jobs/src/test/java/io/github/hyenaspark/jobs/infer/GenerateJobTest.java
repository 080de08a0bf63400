package io.github.hyenaspark.jobs.infer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.TextNode;
import io.github.hyenaspark.data.token.Tokenizer;
import io.github.hyenaspark.io.Storage;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class GenerateJobTest {
    @TempDir
    private Path directory;

    private List<String> prompts(byte[] file) throws IOException {
        Path prompts = Files.write(directory.resolve("prompts.txt"), file);
        return GenerateJob.prompts(Storage.local(), new TextNode(prompts.toString()));
    }

    @Test
    void aFileHasAPromptOnEachLineThatIsNotBlank() throws IOException {
        byte[] file = "\uFEFFfür\n\n𝄞 dich\r\nend".getBytes(StandardCharsets.UTF_8);
        assertThat(prompts(file)).containsExactly("für", "𝄞 dich", "end");
    }

    @Test
    void bytesThatAreNoTextAreRefusedWithTheirLine() {
        for (String latin : List.of("one\ntwo\nf\u00fcr\nend", "one\ntwo\nf\u00fc")) {
            assertThatThrownBy(() -> prompts(latin.getBytes(StandardCharsets.ISO_8859_1)))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage("generate.prompts: found bytes that are no UTF-8 in line 3 of "
                            + directory.resolve("prompts.txt") + ", expected a text in UTF-8; convert the file");
        }
    }

    @Test
    void aPromptThatTheTokenizerRefusesIsToldByItsNumber() throws IOException {
        Tokenizer symbols = Tokenizer.open(Storage.local(), "symbols-8");
        GenerateJob.refuseUnreadable(List.of("1 2", ""), symbols);
        assertThatThrownBy(() -> GenerateJob.refuseUnreadable(List.of("1 2", "1 99", "3"), symbols))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("generate.prompts, number 2: ");
    }
}
