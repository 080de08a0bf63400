package io.github.hyenaspark.jobs.fit;

import io.github.hyenaspark.config.Settings;
import io.github.hyenaspark.data.token.Tokenizer;
import io.github.hyenaspark.io.CorruptFileException;
import io.github.hyenaspark.io.Safetensors;
import io.github.hyenaspark.io.Safetensors.Tensor;
import io.github.hyenaspark.io.Storage;
import io.github.hyenaspark.jobs.spark.run.ResumeCompatibility;
import io.github.hyenaspark.jobs.spark.run.TrainedRun;
import io.github.hyenaspark.model.HyenaLanguageModel;
import io.github.hyenaspark.model.LabelModel;
import io.github.hyenaspark.model.ParameterEntry;
import io.github.hyenaspark.operator.nn.ParameterSpec;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/**
 * The pretrained parameters that all models of a fitting begin with. A fitting keeps a copy, so that a later model
 * begins like the first, whatever has become of the run by then.
 *
 * @param name of the run or export
 * @param tokenizer its fingerprint
 * @param table where each parameter lies
 * @param theta P
 */
record Beginning(String name, String tokenizer, List<ParameterEntry> table, float[] theta) {
    private static final String TOKENIZER = "tokenizer";

    /** Of the newest checkpoint of a run, or of an export. Refuses settings of a model that computes something else. */
    static Beginning of(Storage storage, String pretrained, Settings asked) throws IOException {
        TrainedRun run = TrainedRun.ofRunOrExport(storage, pretrained, TrainedRun.NEWEST);
        List<String> model = List.of("model");
        ResumeCompatibility.refuseOtherArchitecture(
                run.settings().renderSections(model), asked.renderSections(model), pretrained);
        List<ParameterEntry> table = HyenaLanguageModel.tableOf(run.model(), run.vocabularySize());
        return new Beginning(pretrained, run.tokenizer().fingerprint(), table, run.theta());
    }

    /** What {@link #keep} wrote; CorruptFileException if it is not what it was. */
    static Beginning kept(Storage storage, String uri) throws IOException {
        Safetensors.Contents contents;
        try (InputStream in = storage.open(uri)) {
            contents = Safetensors.read(uri, in, storage.length(uri));
        }
        String tokenizer = contents.metadata().get(TOKENIZER);
        if (tokenizer == null) {
            throw new CorruptFileException(uri, "the fingerprint of a tokenizer", "none");
        }
        List<ParameterEntry> table = new ArrayList<>();
        for (Tensor tensor : contents.tensors()) {
            List<Integer> shape =
                    Arrays.stream(tensor.shape()).mapToObj(Math::toIntExact).toList();
            table.add(new ParameterEntry(tensor.name(), shape, tensor.offset(), ParameterSpec.Group.BASE));
        }
        return new Beginning(uri, tokenizer, table, contents.values());
    }

    /** Writes the copy, or replaces that of a fitting that was prepared and not begun. */
    void keep(Storage storage, String uri) throws IOException {
        List<Tensor> tensors = new ArrayList<>();
        for (ParameterEntry entry : table) {
            long[] shape = entry.shape().stream().mapToLong(Integer::longValue).toArray();
            tensors.add(new Tensor(entry.name(), shape, theta, Math.toIntExact(entry.offset())));
        }
        storage.delete(uri);
        storage.write(uri, out -> Safetensors.write(out, tensors, Map.of(TOKENIZER, tokenizer)));
    }

    /** Refuses a tokenizer that gives these parameters other ids than those they were trained with. */
    void check(Tokenizer asked) {
        if (!tokenizer.equals(asked.fingerprint())) {
            throw new IllegalArgumentException("data.tokenizer: found " + asked.name() + " (" + asked.fingerprint()
                    + "), expected the tokenizer of " + name + " (" + tokenizer
                    + "): leave it out, or leave out fit.pretrained");
        }
    }

    /** A model's parameters, P: these, and those of its head as they are at first. */
    float[] parameters(LabelModel model) {
        return model.beginningWith(table, theta);
    }
}
