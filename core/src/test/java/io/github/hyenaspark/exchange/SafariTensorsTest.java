package io.github.hyenaspark.exchange;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.hyenaspark.config.Settings;
import io.github.hyenaspark.io.CorruptFileException;
import io.github.hyenaspark.io.Safetensors.Tensor;
import io.github.hyenaspark.model.HyenaLanguageModel;
import io.github.hyenaspark.model.ModelConfig;
import io.github.hyenaspark.model.ModelConfigs;
import io.github.hyenaspark.model.ParameterEntry;
import io.github.hyenaspark.operator.block.Mixer;
import io.github.hyenaspark.operator.filter.FilterConfig;
import io.github.hyenaspark.operator.head.Embedding;
import io.github.hyenaspark.operator.tensor.Activation;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;

class SafariTensorsTest {
    private static final int VOCABULARY = 11;

    /** Everything that has a tensor of its own or lacks one: three gates, two heads that are mixed, no direct term. */
    private static ModelConfig rich(boolean trainPositions, boolean trainDecay, boolean directTerm) {
        FilterConfig filter = new FilterConfig(
                FilterConfig.Kind.IMPLICIT,
                6,
                5,
                1,
                14,
                true,
                0,
                0.01,
                0.3,
                1.5,
                false,
                trainPositions,
                trainDecay,
                16,
                64);
        return new ModelConfig(
                List.of(Mixer.HYENA),
                8,
                2,
                12,
                10,
                3,
                2,
                4,
                Activation.ID,
                true,
                false,
                directTerm,
                0,
                0,
                0.02,
                8,
                Embedding.Positions.NONE,
                filter,
                ModelConfigs.SE,
                ModelConfigs.MR,
                new ModelConfig.AttentionSettings(0),
                ModelConfigs.H3,
                ModelConfigs.CONV);
    }

    @Test
    void modelsThatSafariHasNoNamesForAreRefused() {
        assertThatThrownBy(() -> tensors(of("model.filter.kind=state-space")))
                .hasMessage("model.filter.kind: found state-space, expected implicit: safari has no tensors for others;"
                        + " export.format=dl4j takes any model");
        assertThatThrownBy(() -> tensors(of("model.mixer=h3")))
                .hasMessageContaining("model.mixer: found h3, expected hyena alone");
    }

    private static ModelConfig of(String setting) {
        return Settings.load(List.of(setting)).bind("model", ModelConfig.class);
    }

    private static SafariTensors tensors(ModelConfig config) {
        return SafariTensors.of(config, HyenaLanguageModel.tableOf(config, VOCABULARY));
    }

    /** Parameters that are their index, so that no two are equal. */
    private static float[] counted(ModelConfig config) {
        List<ParameterEntry> table = HyenaLanguageModel.tableOf(config, VOCABULARY);
        float[] theta = new float
                [Math.toIntExact(table.stream().mapToLong(ParameterEntry::size).sum())];
        for (int i = 0; i < theta.length; i++) {
            theta[i] = i;
        }
        return theta;
    }

    private static List<Tensor> written(ModelConfig config) {
        return tensors(config).write(counted(config));
    }

    private static List<Tensor> without(List<Tensor> tensors, Predicate<String> name) {
        return tensors.stream().filter(tensor -> !name.test(tensor.name())).toList();
    }

    private static List<Tensor> with(List<Tensor> tensors, Tensor other) {
        List<Tensor> changed = new ArrayList<>(without(tensors, other.name()::equals));
        changed.add(other);
        return changed;
    }

    /**
     * What PyTorch lists for {@code ConvLMHeadModel} with one layer of this kind; names and shapes of safari's code.
     */
    @Test
    void namesAndShapesAreThoseOfSafarisStateDict() {
        List<String> found = written(rich(true, true, true)).stream()
                .map(tensor -> tensor.name() + " " + Arrays.toString(tensor.shape()))
                .filter(tensor -> !tensor.startsWith("backbone.layers.1."))
                .toList();
        assertThat(found)
                .containsExactlyInAnyOrder(
                        "backbone.embeddings.word_embeddings.weight [16, 8]",
                        "backbone.layers.0.mixer.ord_proj_w [3, 2, 2]",
                        "backbone.layers.0.mixer.in_proj.weight [32, 8]",
                        "backbone.layers.0.mixer.in_proj.bias [32]",
                        "backbone.layers.0.mixer.out_proj.weight [8, 8]",
                        "backbone.layers.0.mixer.out_proj.bias [8]",
                        "backbone.layers.0.mixer.short_filter.weight [32, 1, 4]",
                        "backbone.layers.0.mixer.short_filter.bias [32]",
                        "backbone.layers.0.mixer.filter_fn.bias [8]",
                        "backbone.layers.0.mixer.filter_fn.pos_emb.z [1, 10, 5]",
                        "backbone.layers.0.mixer.filter_fn.pos_emb.t [1, 10, 1]",
                        "backbone.layers.0.mixer.filter_fn.implicit_filter.0.weight [6, 5]",
                        "backbone.layers.0.mixer.filter_fn.implicit_filter.0.bias [6]",
                        "backbone.layers.0.mixer.filter_fn.implicit_filter.1.freq [1, 6]",
                        "backbone.layers.0.mixer.filter_fn.implicit_filter.2.weight [6, 6]",
                        "backbone.layers.0.mixer.filter_fn.implicit_filter.2.bias [6]",
                        "backbone.layers.0.mixer.filter_fn.implicit_filter.3.freq [1, 6]",
                        "backbone.layers.0.mixer.filter_fn.implicit_filter.4.weight [8, 6]",
                        "backbone.layers.0.mixer.filter_fn.modulation.deltas [1, 1, 8]",
                        "backbone.layers.0.norm1.weight [8]",
                        "backbone.layers.0.norm1.bias [8]",
                        "backbone.layers.0.mlp.fc1.weight [12, 8]",
                        "backbone.layers.0.mlp.fc1.bias [12]",
                        "backbone.layers.0.mlp.fc2.weight [8, 12]",
                        "backbone.layers.0.mlp.fc2.bias [8]",
                        "backbone.layers.0.norm2.weight [8]",
                        "backbone.layers.0.norm2.bias [8]",
                        "backbone.ln_f.weight [8]",
                        "backbone.ln_f.bias [8]",
                        "lm_head.weight [16, 8]");
    }

    @Test
    void constantsAndWhatIsUnusedAreThereToo() {
        List<String> trained =
                written(rich(true, true, true)).stream().map(Tensor::name).toList();
        List<String> constant =
                written(rich(false, false, false)).stream().map(Tensor::name).toList();
        assertThat(constant).containsExactlyElementsOf(trained);
    }

    @Test
    void whatIsReadBackHasTheSameBits() throws CorruptFileException {
        for (boolean trainPositions : new boolean[] {true, false}) {
            for (boolean directTerm : new boolean[] {true, false}) {
                ModelConfig config = rich(trainPositions, !trainPositions, directTerm);
                assertThat(tensors(config).read("f", written(config))).containsExactly(counted(config));
            }
        }
    }

    /** The safetensors library drops all names but one of what is shared; constants may be left out too. */
    @Test
    void oneNameOfAParameterIsEnough() throws CorruptFileException {
        ModelConfig config = rich(false, false, true);
        for (String dropped : List.of("lm_head.weight|.*3[.]freq", ".*word_embeddings.weight|.*1[.]freq")) {
            List<Tensor> few = without(written(config), name -> name.matches(dropped + "|.*[.]z|.*[.]t|.*[.]deltas"));
            assertThat(tensors(config).read("f", few)).containsExactly(counted(config));
        }
    }

    @Test
    void misfitsAreNamedAllAtOnce() {
        ModelConfig config = rich(true, true, true);
        List<Tensor> wrong = without(written(config), name -> name.matches("backbone.ln_f.*|.*freq"));
        wrong = with(wrong, new Tensor("backbone.layers.0.mlp.fc1.weight", new long[] {8, 12}, new float[96], 0));
        wrong = with(wrong, new Tensor("backbone.layers.2.norm1.weight", new long[] {8}, new float[8], 0));
        List<Tensor> given = wrong;
        assertThatThrownBy(() -> tensors(config).read("model.safetensors", given))
                .isInstanceOf(CorruptFileException.class)
                .hasMessage("model.safetensors: expected the tensors of this architecture, found missing: "
                        + "backbone.layers.0.mixer.filter_fn.implicit_filter.1.freq, "
                        + "backbone.layers.1.mixer.filter_fn.implicit_filter.1.freq, backbone.ln_f.weight, "
                        + "backbone.ln_f.bias; not of this model: backbone.layers.2.norm1.weight; of another shape: "
                        + "backbone.layers.0.mlp.fc1.weight [8, 12] instead of [12, 8]; give the config.json that "
                        + "belongs to these tensors");
    }

    @Test
    void manyMisfitsAreCounted() {
        ModelConfig config = rich(true, true, true);
        assertThatThrownBy(() -> tensors(config).read("f", List.of()))
                .isInstanceOf(CorruptFileException.class)
                .hasMessageContaining("word_embeddings.weight")
                .hasMessageMatching(".* and [0-9]+ more; give .*");
    }

    @Test
    void aHeadOfItsOwnIsRefused() {
        ModelConfig config = rich(true, true, true);
        List<Tensor> untied =
                with(written(config), new Tensor("lm_head.weight", new long[] {16, 8}, new float[128], 0));
        assertThatThrownBy(() -> tensors(config).read("f", untied))
                .isInstanceOf(CorruptFileException.class)
                .hasMessageContaining("lm_head.weight equal to backbone.embeddings.word_embeddings.weight");
    }

    @Test
    void positionsThatWereTrainedAreNoConstants() {
        ModelConfig config = ModelConfigs.of(8, 1, 16, 10, ModelConfigs.filter(5, false));
        String name = "backbone.layers.0.mixer.filter_fn.pos_emb.z";
        float[] values = new float[50];
        List<Tensor> trained = with(written(config), new Tensor(name, new long[] {1, 10, 5}, values, 0));
        assertThatThrownBy(() -> tensors(config).read("f", trained))
                .isInstanceOf(CorruptFileException.class)
                .hasMessageContaining("element 1 of " + name + " to be 1.0", "lr_pos_emb");
    }
}
