package io.github.hyenaspark.exchange;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.hyenaspark.config.Settings;
import io.github.hyenaspark.io.CorruptFileException;
import io.github.hyenaspark.io.Json;
import io.github.hyenaspark.model.ModelConfig;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class SafariConfigTest {
    private static final String FILE = "config.json";

    private static ObjectNode config(String... settings) throws CorruptFileException {
        String json = Settings.load(List.of(settings)).renderSections(List.of("model"));
        JsonNode tree = Json.parse("settings", json.getBytes(StandardCharsets.UTF_8));
        return SafariConfig.of(Json.object(tree, "settings", "model"), 257);
    }

    private static ModelConfig model(JsonNode config) {
        return Settings.load(SafariConfig.settings(FILE, config)).bind("model", ModelConfig.class);
    }

    private static JsonNode json(String text) throws CorruptFileException {
        return Json.parse(FILE, text.replace('\'', '"').getBytes(StandardCharsets.UTF_8));
    }

    @Test
    void itHasTheArgumentsOfSafarisModel() throws CorruptFileException {
        ObjectNode config =
                config("model.d-model=64", "model.filter.sin-freq=10", "model.filter.train-positions=false");
        assertThat(config.get("vocab_size").intValue()).isEqualTo(257);
        assertThat(config.get("d_inner").intValue()).isEqualTo(256);
        assertThat(config.at("/layer/_name_").textValue()).isEqualTo("hyena");
        assertThat(config.at("/layer/w").doubleValue()).isEqualTo(10);
        assertThat(config.at("/layer/lr_pos_emb").doubleValue()).isZero();
        assertThat(config.at("/initializer_cfg/initializer_range").doubleValue())
                .isEqualTo(0.02);
        assertThat(SafariConfig.vocabularySize(FILE, config)).isEqualTo(257);
    }

    /** Every key with a value that is not the default, so that one that is forgotten shows. */
    @Test
    void everySettingComesBack() throws CorruptFileException {
        String[] settings = {
            "model.d-model=12",
            "model.n-layer=3",
            "model.d-inner=20",
            "model.l-max=77",
            "model.order=3",
            "model.num-heads=2",
            "model.short-len=5",
            "model.activation=gelu",
            "model.post-order-mixing=true",
            "model.outer-mixing=true",
            "model.direct-term=false",
            "model.dropout=0.25",
            "model.embed-dropout=0.125",
            "model.init-std=0.5",
            "model.vocab-multiple=4",
            "model.filter.width=6",
            "model.filter.emb=7",
            "model.filter.hidden-layers=1",
            "model.filter.sin-freq=3.5",
            "model.filter.modulate=false",
            "model.filter.shift=0.05",
            "model.filter.decay-target=0.02",
            "model.filter.fast-decay-pct=0.4",
            "model.filter.slow-decay-pct=1.25",
            "model.filter.normalized=true",
            "model.filter.train-positions=false",
            "model.filter.train-decay=true"
        };
        ModelConfig expected = Settings.load(List.of(settings)).bind("model", ModelConfig.class);
        assertThat(model(config(settings))).isEqualTo(expected);
        List<String> defaults = new ArrayList<>(SafariConfig.settings(FILE, config()));
        assertThat(defaults).doesNotContainAnyElementsOf(List.of(settings));
    }

    /** The model of safari's configs/experiment/pile/hyena.yaml, interpolated. */
    @Test
    void safarisOwnConfigIsUnderstood() throws CorruptFileException {
        ModelConfig model = model(json("{'_name_': 'lm', 'd_model': 864, 'n_layer': 18, 'd_inner': 1728,"
                + "'vocab_size': 50257, 'resid_dropout': 0.0, 'embed_dropout': 0.1, 'layer': {'_name_': 'hyena',"
                + "'emb_dim': 33, 'filter_order': 64, 'local_order': 3, 'l_max': 2048, 'fused_fft_conv': true,"
                + "'modulate': true, 'w': 14, 'lr': 6e-4, 'lr_pos_emb': 6e-4}, 'fused_mlp': true,"
                + "'fused_dropout_add_ln': true, 'residual_in_fp32': true, 'pad_vocab_size_multiple': 8}"));
        assertThat(model.dModel()).isEqualTo(864);
        assertThat(model.lMax()).isEqualTo(2048);
        assertThat(model.embedDropout()).isEqualTo(0.1);
        assertThat(model.filter().emb()).isEqualTo(33);
        assertThat(model.filter().sinFreq()).isEqualTo(14);
        assertThat(model.filter().trainPositions()).isTrue();
        assertThat(model.filter().trainDecay()).isFalse();
    }

    @Test
    void whatIsAbsentHasSafarisDefault() throws CorruptFileException {
        ModelConfig model = model(json("{'d_model': 8, 'n_layer': 1, 'd_inner': 8, 'layer': {'l_max': 9}}"));
        assertThat(model.filter().emb()).isEqualTo(3);
        assertThat(model.filter().sinFreq()).isEqualTo(1);
        assertThat(model.filter().trainPositions()).isTrue();
        assertThat(model.vocabMultiple()).isEqualTo(1);
        assertThat(model.embedDropout()).isEqualTo(0.1);
    }

    @Test
    void whatWouldBeAnotherModelIsRefused() throws CorruptFileException {
        String start = "{'d_model': 8, 'n_layer': 1, 'd_inner': 8, ";
        assertRefused(start + "'layer': {'l_max': 9, 'num_blocks': 2}}", "found layer.num_blocks 2, expected 1");
        assertRefused(start + "'layer': {'l_max': 9, 'oder': 3}}", "found the key layer.oder");
        assertRefused(start + "'attn_layer_idx': [1], 'layer': {'l_max': 9}}", "found the key attn_layer_idx");
        assertRefused(start + "'layer': {'_name_': 'h3', 'l_max': 9}}", "found layer._name_ \"h3\"");
        assertRefused(start + "'layer': {}}", "found no layer.l_max");
    }

    private static void assertRefused(String json, String message) throws CorruptFileException {
        JsonNode config = json(json);
        assertThatThrownBy(() -> SafariConfig.settings(FILE, config))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith(FILE + ": " + message);
    }
}
