package io.github.hyenaspark.jobs.fit;

import io.github.hyenaspark.data.batch.LabelledDocuments;
import io.github.hyenaspark.data.batch.Readings;
import io.github.hyenaspark.data.document.RejectedDocumentException;
import io.github.hyenaspark.data.document.clean.CleanConfig;
import io.github.hyenaspark.data.token.Tokenizer;
import io.github.hyenaspark.jobs.spark.Predictor;
import io.github.hyenaspark.jobs.spark.task.ExecutorState;
import io.github.hyenaspark.jobs.spark.task.ExecutorState.LabelUse;
import io.github.hyenaspark.model.LabelModel;
import io.github.hyenaspark.model.LabelledBatch;
import io.github.hyenaspark.operator.head.LabelHead;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.broadcast.Broadcast;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;

/**
 * A fitted model on its way to executors, each of which gets the parameters once. It crosses the wire in closures, as
 * text and plain arrays, whatever serializer an application has. A prediction depends on its text alone.
 */
public final class LabelPredictor implements Predictor {
    private static final long serialVersionUID = 1;

    private final LabelModel.Spec spec;
    private final Readings readings;
    private final int longest;
    private final String[] names;
    private final String tokenizerFingerprint;
    private final String tokenizerName;
    private final byte[] tokenizerFile;
    private final CleanConfig clean;
    private final FittedModel.Scale[] scales;
    private final List<Broadcast<float[]>> thetas;
    private final int threads;

    private LabelPredictor(FittedModel model, List<Broadcast<float[]>> thetas, int threads) {
        spec = model.spec();
        readings = model.readings();
        longest = model.longest();
        names = model.names().toArray(String[]::new);
        tokenizerFingerprint = model.tokenizer().fingerprint();
        tokenizerName = model.tokenizer().name();
        tokenizerFile = model.tokenizer().file();
        clean = model.texts().clean();
        scales = model.members().stream().map(FittedModel.Member::scale).toArray(FittedModel.Scale[]::new);
        this.thetas = thetas;
        this.threads = threads;
    }

    /** Sends a model; its tasks use as many threads as they have cores. */
    public static LabelPredictor send(JavaSparkContext context, FittedModel model) {
        List<Broadcast<float[]>> thetas = model.members().stream()
                .map(member -> context.broadcast(member.theta()))
                .toList();
        return new LabelPredictor(model, thetas, context.getConf().getInt("spark.task.cpus", 1));
    }

    /**
     * Of classes {@code predicted}, the likeliest, of tags {@code predicted}, those more likely than not, and of both
     * {@code probabilities}, of all; of one field's values {@code value}, of several fields' {@code values}.
     */
    @Override
    public StructType columns() {
        return columns(spec.head());
    }

    /** The same of any model with this head. */
    static StructType columns(LabelHead head) {
        StructType columns = new StructType();
        return switch (head.task()) {
            case CLASSIFICATION ->
                columns.add("predicted", DataTypes.StringType).add("probabilities", named("probability"));
            case TAGGING ->
                columns.add("predicted", DataTypes.createArrayType(DataTypes.StringType, false))
                        .add("probabilities", named("probability"));
            case REGRESSION ->
                head.outputs() == 1
                        ? columns.add("value", DataTypes.DoubleType)
                        : columns.add("values", named("value"));
        };
    }

    private static DataType named(String figure) {
        StructType element = new StructType().add("label", DataTypes.StringType).add(figure, DataTypes.DoubleType);
        return DataTypes.createArrayType(element, false);
    }

    @Override
    public List<List<Object>> predict(List<int[]> documents) {
        List<List<Object>> rows = new ArrayList<>();
        for (double[] outputs : outputs(documents)) {
            Row[] all = IntStream.range(0, outputs.length)
                    .mapToObj(t -> RowFactory.create(names[t], outputs[t]))
                    .toArray(Row[]::new);
            rows.add(
                    switch (spec.head().task()) {
                        case CLASSIFICATION -> List.of(names[LabelMetrics.likeliest(outputs)], all);
                        case TAGGING ->
                            List.of(
                                    IntStream.range(0, outputs.length)
                                            .filter(t -> LabelMetrics.isPredicted(outputs[t]))
                                            .mapToObj(t -> names[t])
                                            .toArray(String[]::new),
                                    all);
                        case REGRESSION -> names.length == 1 ? List.of(outputs[0]) : List.of((Object) all);
                    });
        }
        return rows;
    }

    /** The tokens of a text in UTF-8, at least one: of an empty text the end of a document. */
    @Override
    public int[] tokens(InputStream text) throws IOException {
        int[] tokens = encoded(text);
        return tokens.length == 0 ? new int[] {tokenizer().endOfDocument()} : tokens;
    }

    /** The same of a text that is not cleaned yet, which is normalised as {@code fit} did; an empty one is refused. */
    public int[] someTokens(InputStream text) throws IOException {
        int[] tokens = encoded(clean.normalisation().apply(text));
        if (tokens.length == 0) {
            throw new RejectedDocumentException("the text is empty");
        }
        return tokens;
    }

    private int[] encoded(InputStream text) throws IOException {
        var ids = new Ids();
        tokenizer().encode(text, ids);
        return Arrays.copyOf(ids.values, ids.count);
    }

    private Tokenizer tokenizer() throws IOException {
        return ExecutorState.ofThisProcess().tokenizer(tokenizerFingerprint, tokenizerName, tokenizerFile);
    }

    private static final class Ids implements Tokenizer.TokenSink {
        private static final int MOST = Integer.MAX_VALUE - 8; // of an array

        private int[] values = new int[64];
        private int count;

        @Override
        public void accept(int[] ids, int more) throws RejectedDocumentException {
            if (more > MOST - count) {
                throw new RejectedDocumentException("the text has more than " + MOST + " tokens");
            }
            if (count + more > values.length) {
                int doubled = (int) Math.min(MOST, 2L * values.length);
                values = Arrays.copyOf(values, Math.max(doubled, count + more));
            }
            System.arraycopy(ids, 0, values, count, more);
            count += more;
        }
    }

    /** Of some documents, by their tokens: the probabilities of classes or tags, or values; T of each. */
    public double[][] outputs(List<int[]> documents) {
        double[][] predictions = new double[documents.size()][spec.head().outputs()];
        ExecutorState executor = ExecutorState.ofThisProcess();
        var use = LabelUse.forward(spec, threads);
        LabelModel model = executor.borrow(use);
        for (int member = 0; member < thetas.size(); member++) {
            model.parameters(thetas.get(member).value());
            var windows = new Windows(model, member, documents, predictions);
            for (int document = 0; document < documents.size(); document++) {
                windows.addAll(document);
            }
            windows.compute();
        }
        executor.giveBack(use, model);
        return predictions;
    }

    /** Windows of documents for one of the models, of which those are in memory that are computed together. */
    private final class Windows {
        private final LabelModel model;
        private final int member;
        private final List<int[]> documents;
        private final double[][] predictions;
        private final List<int[]> windows = new ArrayList<>();
        private final List<Integer> owners = new ArrayList<>();
        private int tokens;

        Windows(LabelModel model, int member, List<int[]> documents, double[][] predictions) {
            this.model = model;
            this.member = member;
            this.documents = documents;
            this.predictions = predictions;
        }

        void addAll(int document) {
            int[] ids = documents.get(document);
            for (int window = 0; window < LabelledDocuments.windows(ids.length, longest); window++) {
                int from = (int) LabelledDocuments.begin(ids.length, longest, window);
                int[] part = Arrays.copyOfRange(ids, from, Math.min(ids.length, from + longest));
                if (!Readings.isTogether(tokens, part.length, longest)) {
                    compute();
                }
                windows.add(part);
                owners.add(document);
                tokens += LabelledBatch.padded(part.length, longest);
            }
        }

        /** Adds what those that wait give to the predictions: of each document the mean of its windows and models. */
        void compute() {
            double[][] found = readings.outputs(model, windows, longest);
            for (int window = 0; window < found.length; window++) {
                int document = owners.get(window);
                double[] prediction = FittedModel.prediction(spec.head().task(), scales[member], found[window]);
                int count = LabelledDocuments.windows(documents.get(document).length, longest);
                add(prediction, predictions[document], count * scales.length);
            }
            windows.clear();
            owners.clear();
            tokens = 0;
        }
    }

    private static void add(double[] part, double[] sum, int parts) {
        for (int t = 0; t < part.length; t++) {
            sum[t] += part[t] / parts;
        }
    }
}
