package io.github.hyenaspark.jobs.spark.averaging;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.hyenaspark.config.Settings;
import io.github.hyenaspark.data.token.Tokenizer;
import io.github.hyenaspark.model.HyenaLanguageModel;
import io.github.hyenaspark.model.ModelConfig;
import io.github.hyenaspark.model.Sampling;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.function.IntFunction;
import org.junit.jupiter.api.Test;

class TextGeneratorTest {
    private static final ModelConfig CONFIG = Settings.load(
                    List.of("model.d-model=8", "model.n-layer=1", "model.l-max=16", "model.filter.width=4"))
            .bind("model", ModelConfig.class);

    private final Tokenizer tokenizer = Tokenizer.of("bytes");

    private byte[] text(String prompt) {
        HyenaLanguageModel model = HyenaLanguageModel.create(CONFIG, tokenizer.vocabularySize(), 5);
        float[] theta = model.parameters();
        for (int i = 0; i < theta.length; i++) {
            theta[i] *= 20; // fresh ones make all tokens about equally likely after any prompt
        }
        model.parameters(theta);
        var generator = new TextGenerator(model, tokenizer.vocabularySize(), CONFIG.lMax(), tokenizer);
        var text = new ByteArrayOutputStream();
        int count = generator.generate(prompt, 12, Sampling.of(1, 0, 1), 7, bytes -> {
            text.writeBytes(bytes);
            return true;
        });
        assertThat(text.size()).isEqualTo(count).isEqualTo(12);
        return text.toByteArray();
    }

    @Test
    void aPromptIsReadWholeAndWithoutOneADocumentBegins() {
        assertThat(TextGenerator.ids("abc", tokenizer)).containsExactly('a', 'b', 'c');
        assertThat(TextGenerator.ids("", tokenizer)).containsExactly(tokenizer.endOfDocument());
    }

    @Test
    void ofAPromptLongerThanLMaxTheTailCounts() {
        String tail = "the last sixteen";
        assertThat(tail.getBytes(StandardCharsets.UTF_8)).hasSize(CONFIG.lMax());
        assertThat(text("something before " + tail)).isEqualTo(text(tail));
        assertThat(text("something before " + tail)).isNotEqualTo(text("another end?"));
    }

    private static String continued(Tokenizer tokenizer, int first, int... ids) {
        var text = new ByteArrayOutputStream();
        IntFunction<byte[]> continuation = TextGenerator.continuation(tokenizer, first);
        Arrays.stream(ids).mapToObj(continuation).forEach(text::writeBytes);
        return text.toString(StandardCharsets.UTF_8);
    }

    @Test
    void symbolsAreToldApart() {
        Tokenizer symbols = Tokenizer.of("symbols-30");
        int end = symbols.endOfDocument();
        int[] ids = symbols.encode("1 12 2".getBytes(StandardCharsets.UTF_8));
        assertThat(continued(symbols, end, ids)).isEqualTo("1 12 2");
        assertThat("3" + continued(symbols, symbols.encode(new byte[] {'3'})[0], ids))
                .isEqualTo("3 1 12 2");
        assertThat(continued(symbols, end, ids[0], end, ids[2])).isEqualTo("1 2");
        assertThat(continued(tokenizer, 'a', 'b', 'c')).isEqualTo("bc");
    }
}
