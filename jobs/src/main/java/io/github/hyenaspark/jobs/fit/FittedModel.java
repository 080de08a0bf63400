package io.github.hyenaspark.jobs.fit;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.hyenaspark.config.Settings;
import io.github.hyenaspark.data.batch.Readings;
import io.github.hyenaspark.data.token.Tokenizer;
import io.github.hyenaspark.io.CorruptFileException;
import io.github.hyenaspark.io.Json;
import io.github.hyenaspark.io.Safetensors;
import io.github.hyenaspark.io.Safetensors.Tensor;
import io.github.hyenaspark.io.Storage;
import io.github.hyenaspark.jobs.spark.run.FittingDirectory;
import io.github.hyenaspark.jobs.spark.run.ResumeCompatibility;
import io.github.hyenaspark.jobs.spark.run.RunTokenizer;
import io.github.hyenaspark.model.LabelModel;
import io.github.hyenaspark.model.ModelConfig;
import io.github.hyenaspark.model.ParameterEntry;
import io.github.hyenaspark.operator.head.LabelHead;
import io.github.hyenaspark.operator.head.PooledHead;
import java.io.IOException;
import java.io.InputStream;
import java.io.Serializable;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What {@code fit} leaves: one model or several whose predictions are averaged. A directory of it has all that is
 * needed to predict: {@code model.json}, the tokenizer, and a file of parameters for each model.
 *
 * @param longest window of a document that is read, tokens
 * @param names the classes, tags or values, in the order of outputs
 * @param modelSettings the section {@code model}, as JSON
 * @param texts how the texts were read that it learnt from
 * @param members at least one, all of one shape
 */
public record FittedModel(
        LabelModel.Spec spec,
        Readings readings,
        int longest,
        List<String> names,
        String modelSettings,
        TextSettings texts,
        Tokenizer tokenizer,
        List<Member> members) {
    private static final String FILE = FittingDirectory.DESCRIPTION;
    private static final int FORMAT = 1;
    private static final String TEXTS = "texts";

    /** One trained model. */
    public record Member(String name, float[] theta, Scale scale) {}

    /**
     * How values are standardised while a model is trained: an output o stands for mean + deviation·o.
     *
     * @param means of the values it was trained on; empty unless it predicts values
     * @param deviations their standard deviations
     */
    public record Scale(double[] means, double[] deviations) implements Serializable {}

    /** From a model's outputs for one sequence to probabilities, or values. */
    static double[] prediction(LabelHead.Task task, Scale scale, double[] outputs) {
        return switch (task) {
            case CLASSIFICATION -> PooledHead.softmax(outputs);
            case TAGGING -> Arrays.stream(outputs).map(PooledHead::logistic).toArray();
            case REGRESSION -> {
                double[] values = new double[outputs.length];
                for (int t = 0; t < values.length; t++) {
                    values[t] = scale.means()[t] + scale.deviations()[t] * outputs[t];
                }
                yield values;
            }
        };
    }

    /** All that decides what is predicted but the parameters and the tokenizer's file. */
    ObjectNode description() {
        ObjectNode json = Json.object()
                .put("format", FORMAT)
                .put("task", spec.head().task().name())
                .put("pooling", spec.head().pooling().name())
                .put("parts", spec.head().parts())
                .put("readings", readings.name())
                .put("longest", longest)
                .put("trained_layers", spec.trainedLayers())
                .put("vocabulary", spec.vocabularySize())
                .put("dropout", spec.head().dropout())
                .put("tokenizer", tokenizer.name())
                .put("settings", modelSettings);
        if (!texts.equals(TextSettings.UNKNOWN)) {
            ArrayNode textsJson = json.putArray(TEXTS);
            texts.arguments().forEach(textsJson::add);
        }
        ArrayNode namesJson = json.putArray("names");
        names.forEach(namesJson::add);
        ArrayNode list = json.putArray("members");
        for (Member member : members) {
            ObjectNode entry = list.addObject().put("name", member.name());
            entry.set("means", numbers(member.scale().means()));
            entry.set("deviations", numbers(member.scale().deviations()));
        }
        return json;
    }

    /** Writes all files into a directory; the description goes first and comes last: what has it is complete. */
    public void write(Storage storage, String directory) throws IOException {
        storage.delete(Storage.resolve(directory, FILE));
        storage.replace(RunTokenizer.uri(directory), tokenizer.file());
        for (Member member : members) {
            List<Tensor> tensors = new ArrayList<>();
            for (ParameterEntry entry : spec.table()) {
                long[] shape =
                        entry.shape().stream().mapToLong(Integer::longValue).toArray();
                tensors.add(new Tensor(entry.name(), shape, member.theta(), Math.toIntExact(entry.offset())));
            }
            String file = member.name() + ".safetensors";
            String uri = Storage.resolve(directory, file);
            storage.delete(uri);
            storage.write(uri, out -> Safetensors.write(out, tensors, Map.of("format", "pt")));
        }
        storage.replace(Storage.resolve(directory, FILE), Json.Sealed.SEAL.seal(description()));
    }

    private static ArrayNode numbers(double[] values) {
        ArrayNode array = Json.array();
        Arrays.stream(values).forEach(array::add);
        return array;
    }

    /**
     * Reads the model of a fitting.
     *
     * @param directory of the fitting, or of its model alone
     * @throws IllegalArgumentException if there is no fitted model in either place
     * @throws CorruptFileException if a file is not what it should be
     */
    static FittedModel ofFitting(Storage storage, String directory) throws IOException {
        String below = new FittingDirectory(directory).model();
        return read(
                storage,
                place(storage, directory)
                        .orElseThrow(() -> new IllegalArgumentException("there is no fitted model in " + below
                                + ", and " + directory
                                + " is none itself; run fit first, or wait until it is done")));
    }

    private static Optional<String> place(Storage storage, String directory) throws IOException {
        for (String place : List.of(new FittingDirectory(directory).model(), directory)) {
            if (storage.exists(Storage.resolve(place, FILE))) {
                return Optional.of(place);
            }
        }
        return Optional.empty();
    }

    /**
     * How the model of a fitting reads texts; nothing else of it is read. Unknown if there is no model.
     *
     * @param directory as for {@link #ofFitting}
     * @throws CorruptFileException if its description is damaged
     */
    static TextSettings textsOfFitting(Storage storage, String directory) throws IOException {
        Optional<String> place = place(storage, directory);
        if (place.isEmpty()) {
            return TextSettings.UNKNOWN;
        }
        String uri = Storage.resolve(place.get(), FILE);
        return texts(Json.Sealed.SEAL.open(uri, storage.read(uri)));
    }

    private static TextSettings texts(ObjectNode json) {
        List<String> arguments = new ArrayList<>();
        json.path(TEXTS).forEach(argument -> arguments.add(argument.textValue())); // not in older files
        return new TextSettings(arguments);
    }

    /**
     * Reads what {@link #write} has written.
     *
     * @throws IllegalArgumentException if there is no fitted model in the directory
     * @throws CorruptFileException if a file is not what it should be
     */
    public static FittedModel read(Storage storage, String directory) throws IOException {
        String uri = Storage.resolve(directory, FILE);
        if (!storage.exists(uri)) {
            throw new IllegalArgumentException(
                    "there is no fitted model in " + directory + "; run fit first, or wait until it is done");
        }
        ObjectNode json = Json.Sealed.SEAL.open(uri, storage.read(uri));
        if (json.path("format").asInt() != FORMAT) {
            throw new CorruptFileException(
                    uri, "format " + FORMAT, "format " + json.path("format"), "use the version that wrote it");
        }
        byte[] tokenizerFile = CorruptFileException.unlessMissing(
                uri, "the model's tokenizer", () -> storage.read(RunTokenizer.uri(directory)));
        Tokenizer tokenizer = Tokenizer.ofFile(Json.text(json, uri, "tokenizer"), tokenizerFile);
        List<String> names = new ArrayList<>();
        json.path("names").forEach(name -> names.add(name.textValue()));
        Readings readings = Readings.valueOf(Json.text(json, uri, "readings"));
        String settings = Json.text(json, uri, "settings");
        var head = new LabelHead(
                LabelHead.Task.valueOf(Json.text(json, uri, "task")),
                names.size(),
                LabelHead.Pooling.valueOf(Json.text(json, uri, "pooling")),
                json.path("parts").asInt(),
                readings.count(),
                json.path("dropout").asDouble());
        var spec = new LabelModel.Spec(
                model(settings),
                json.path("vocabulary").asInt(),
                head,
                json.path("trained_layers").asInt());
        List<Member> members = new ArrayList<>();
        for (JsonNode member : json.path("members")) {
            String name = member.path("name").asText();
            String file = Storage.resolve(directory, name + ".safetensors");
            members.add(new Member(
                    name,
                    CorruptFileException.unlessMissing(
                            uri, "the parameters of " + name, () -> theta(storage, file, spec)),
                    new Scale(numbers(uri, member, "means"), numbers(uri, member, "deviations"))));
        }
        int longest = json.path("longest").asInt(spec.config().lMax()); // not in older files
        return new FittedModel(
                spec, readings, longest, List.copyOf(names), settings, texts(json), tokenizer, List.copyOf(members));
    }

    /** A model's configuration, from the JSON of its section. */
    static ModelConfig model(String settings) throws CorruptFileException {
        JsonNode json = Json.parse("the settings of a fitted model", settings.getBytes(StandardCharsets.UTF_8));
        return Settings.load(List.of())
                .with(ResumeCompatibility.arguments(json))
                .bind("model", ModelConfig.class);
    }

    private static double[] numbers(String uri, JsonNode member, String key) throws CorruptFileException {
        JsonNode array = member.path(key);
        double[] values = new double[array.size()];
        for (int i = 0; i < values.length; i++) {
            if (!array.get(i).isNumber()) { // what is not finite is written as text
                throw new CorruptFileException(uri, "finite numbers as " + key, array.toString(), "fit again");
            }
            values[i] = array.get(i).doubleValue();
        }
        return values;
    }

    private static float[] theta(Storage storage, String uri, LabelModel.Spec spec) throws IOException {
        Safetensors.Contents contents;
        try (InputStream in = storage.open(uri)) {
            contents = Safetensors.read(uri, in, storage.length(uri));
        }
        List<String> expected = spec.table().stream().map(ParameterEntry::name).toList();
        List<String> found = contents.tensors().stream().map(Tensor::name).toList();
        long size = spec.table().stream().mapToLong(ParameterEntry::size).sum();
        if (!found.equals(expected) || contents.values().length != size) {
            throw new CorruptFileException(uri, "the parameters " + expected, "the parameters " + found);
        }
        return contents.values();
    }
}
