package io.github.hyenaspark.jobs.spark.task;

import io.github.hyenaspark.data.batch.LabelledDocuments;
import io.github.hyenaspark.data.batch.PackingConfig;
import io.github.hyenaspark.data.batch.TokenBatches;
import io.github.hyenaspark.data.prepare.DatasetSpec;
import io.github.hyenaspark.data.shard.Split;
import io.github.hyenaspark.data.shard.snapshot.DatasetSnapshot;
import io.github.hyenaspark.data.token.Tokenizer;
import io.github.hyenaspark.io.Storage;
import io.github.hyenaspark.jobs.spark.task.ExecutorState.ModelUse;
import io.github.hyenaspark.jobs.spark.task.TaskCache.IdlePool;
import io.github.hyenaspark.jobs.spark.task.TaskCache.Making;
import io.github.hyenaspark.jobs.spark.task.TaskCache.ParameterCache;
import io.github.hyenaspark.jobs.spark.task.TaskCache.SharedValues;
import io.github.hyenaspark.model.HyenaLanguageModel;
import io.github.hyenaspark.model.LabelModel;
import io.github.hyenaspark.model.ModelConfig;
import java.io.Closeable;
import java.io.IOException;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.SparkEnv;
import org.apache.spark.TaskContext;
import org.apache.spark.api.plugin.PluginContext;
import org.apache.spark.broadcast.Broadcast;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a process keeps from one task to the next: idle models, open datasets, tokenizers, the parameters it received
 * last, storage, and the line to the driver. All of it is bounded, and none of it changes a result.
 *
 * <p>One static field holds it, the only one in the program that changes: an executor outlives its tasks, and Spark
 * gives tasks no object of the executor they run on. {@link RunPlugin} makes a new state for each session of ours and
 * closes it with the session; in the session of an application without the plugin, the first task makes one.
 */
public final class ExecutorState implements AutoCloseable {
    /** Kinds of models that wait at once, such as two models that one application scores with. */
    static final int MOST_MODELS = 2;

    private static final int MOST_SOURCES = 4; // training and held-out data of two runs
    private static final int MOST_TOKENIZERS = 4;
    private static final Logger LOG = LoggerFactory.getLogger(ExecutorState.class);

    private static Optional<ExecutorState> ofThisProcess = Optional.empty();

    private final Optional<PluginContext> line;
    private final DriverState driver = new DriverState();
    private final ParameterCache parameters = new ParameterCache();
    private final IdlePool<ModelUse, HyenaLanguageModel> models = new IdlePool<>(MOST_MODELS, model -> {});
    private final IdlePool<BatchSource, TokenBatches> sources = new IdlePool<>(MOST_SOURCES, ExecutorState::release);
    private final SharedValues<BatchSource, TokenBatches> opened = new SharedValues<>(MOST_SOURCES);
    private final IdlePool<LabelUse, LabelModel> labelModels = new IdlePool<>(MOST_MODELS, model -> {});
    private final IdlePool<DatasetSnapshot.Ref, LabelledDocuments> labelled =
            new IdlePool<>(MOST_SOURCES, ExecutorState::release);
    private final SharedValues<DatasetSnapshot.Ref, LabelledDocuments> openedLabelled =
            new SharedValues<>(MOST_SOURCES);
    private final Map<String, Tokenizer> tokenizers = new LinkedHashMap<>(); // the one used last at the end
    private final Set<Integer> warm = new HashSet<>(); // lengths of sequences; guarded by itself
    private Optional<OpenStorage> storage = Optional.empty();
    private Optional<Map<String, String>> filesOfDriver = Optional.empty();

    private record OpenStorage(SparkEnv executor, Map<String, String> settings, Storage storage) {}

    ExecutorState(Optional<PluginContext> line) {
        this.line = line;
    }

    public static synchronized ExecutorState ofThisProcess() {
        ExecutorState here = ofThisProcess.orElseGet(() -> new ExecutorState(Optional.empty()));
        ofThisProcess = Optional.of(here);
        return here;
    }

    static synchronized ExecutorState open(PluginContext line) {
        var state = new ExecutorState(Optional.of(line));
        ofThisProcess = Optional.of(state);
        return state;
    }

    /** Releases what waits for tasks; the process has no state after that until someone asks for it. */
    @Override
    public void close() {
        models.clear();
        sources.clear();
        opened.clear();
        labelModels.clear();
        labelled.clear();
        openedLabelled.clear();
        synchronized (ExecutorState.class) {
            ofThisProcess = ofThisProcess.filter(state -> state != this);
        }
    }

    /** Whether the task of this thread was cancelled, so that nobody waits for its result. */
    public static boolean isCancelled() {
        TaskContext task = TaskContext.get();
        return task != null && task.isInterrupted();
    }

    /** Ends the task of this thread if it was cancelled, by an exception that Spark expects. */
    public static void endIfCancelled() {
        TaskContext task = TaskContext.get();
        if (task != null) {
            task.killTaskIfInterrupted();
        }
    }

    DriverState driver() {
        return driver;
    }

    public ParameterCache parameters() {
        return parameters;
    }

    /**
     * Compiles what a step of training runs, once for each length of sequences, so that the times of rounds are true.
     * It takes longer than a few documents do, so whoever only reads some leaves it.
     */
    public void warmUp(int length) {
        synchronized (warm) {
            if (warm.add(length)) {
                HyenaLanguageModel.warmUp(length);
            }
        }
    }

    public HyenaLanguageModel borrow(ModelUse use) {
        return models.take(use).orElseGet(use::create);
    }

    /** Makes a model available again. Not to be called after a failure: its state may be anything then. */
    public void giveBack(ModelUse use, HyenaLanguageModel model) {
        models.giveBack(use, model);
    }

    public LabelModel borrow(LabelUse use) {
        return labelModels.take(use).orElseGet(use::create);
    }

    /** Makes a model available again; as for the others. */
    public void giveBack(LabelUse use, LabelModel model) {
        labelModels.giveBack(use, model);
    }

    @FunctionalInterface
    public interface Reading<S, T> {
        T read(S source) throws IOException;
    }

    /**
     * Reads batches that wait here or are opened now; they wait for the next task afterwards, unless this fails. All
     * tasks share the index of the documents and the plan of the sequences.
     */
    public <T> T read(BatchSource source, Reading<TokenBatches, T> reading) throws IOException {
        return sources.read(
                source, () -> opened.get(source, () -> source.open(storage())).forAnotherThread(), reading);
    }

    /** Reads labelled documents in the same way. */
    public <T> T readLabelled(DatasetSnapshot.Ref snapshot, Reading<LabelledDocuments, T> reading) throws IOException {
        return labelled.read(
                snapshot,
                () -> openedLabelled
                        .get(snapshot, () -> LabelledDocuments.open(storage(), snapshot))
                        .forAnotherThread(),
                reading);
    }

    /** The file system of the batches may have been closed before them. */
    private static void release(Closeable source) {
        try {
            source.close();
        } catch (IOException e) {
            LOG.debug("batches could not be closed", e);
        }
    }

    public Tokenizer tokenizer(DatasetSpec dataset) throws IOException {
        return tokenizer(dataset.vocabulary().fingerprint(), () -> dataset.tokenizer(storage()));
    }

    /** That of a fingerprint, which is sent along: to hash a file takes longer than to encode a short text. */
    public Tokenizer tokenizer(String fingerprint, String name, byte[] file) throws IOException {
        return tokenizer(fingerprint, () -> Tokenizer.ofFile(name, file));
    }

    /** Tokenizers have no state, and reading a large vocabulary takes longer than a small unit. */
    private Tokenizer tokenizer(String key, Making<Tokenizer> parsing) throws IOException {
        synchronized (tokenizers) {
            Tokenizer known = tokenizers.remove(key);
            Tokenizer tokenizer = known == null ? parsing.make() : known;
            tokenizers.put(key, tokenizer);
            if (tokenizers.size() > MOST_TOKENIZERS) {
                tokenizers.remove(tokenizers.keySet().iterator().next());
            }
            return tokenizer;
        }
    }

    /**
     * Storage with the Hadoop settings that the driver's context has now and, beneath those of files of this machine,
     * those of the driver's files. One for all tasks: reading Hadoop's settings takes milliseconds. They are asked for
     * rather than sent along with tasks, whose properties Spark writes to its event log. Without {@link RunPlugin}
     * there are only the settings under {@code spark.hadoop.}.
     */
    public Storage storage() throws IOException {
        SparkEnv executor = SparkEnv.get();
        Map<String, String> settings = new TreeMap<>();
        if (line.isPresent()) {
            settings.putAll(filesOfDriver(line.get()));
        }
        settings.putAll(SparkStorage.hadoopSettings(executor.conf()));
        if (line.isPresent()) {
            settings.putAll(answer(line.get(), new RunPlugin.AskedSettings()));
        }
        return storage(executor, settings);
    }

    private synchronized Storage storage(SparkEnv executor, Map<String, String> settings) throws IOException {
        if (storage.isEmpty()
                || storage.get().executor() != executor
                || !storage.get().settings().equals(settings)) {
            storage = Optional.of(new OpenStorage(executor, settings, Storage.of(settings)));
        }
        return storage.get().storage();
    }

    /** Asked once: files do not change under a driver. */
    private synchronized Map<String, String> filesOfDriver(PluginContext line) throws IOException {
        if (filesOfDriver.isEmpty()) {
            Map<String, String> all = answer(line, new RunPlugin.AskedFiles());
            filesOfDriver = Optional.of(SparkStorage.missing(all, new Configuration()));
        }
        return filesOfDriver.get();
    }

    @SuppressWarnings("unchecked") // what RunPlugin answers to these questions
    private static Map<String, String> answer(PluginContext line, Object question) throws IOException {
        try {
            return (Map<String, String>) line.ask(question);
        } catch (Exception e) { // ask declares no other
            throw new IOException("the driver did not give its Hadoop settings", e);
        }
    }

    /** All parameters after so many rounds of a series, from the driver; throws if they are not available. */
    @SuppressWarnings("unchecked") // what RunPlugin answers to this question
    public Broadcast<float[]> wholeParameters(String series, long round) {
        PluginContext driver = line.orElseThrow(() -> new IllegalStateException("spark.plugins: found no "
                + RunPlugin.class.getName() + " on this executor, expected it where train.down-codec is not fp32"));
        try {
            return (Broadcast<float[]>) driver.ask(new RunPlugin.Missing(series, round));
        } catch (Exception e) { // ask declares no other
            throw new IllegalStateException("the driver did not give the parameters after round " + round, e);
        }
    }

    /** Tells the driver the steps of worker k in round r, from 0; does nothing without {@link RunPlugin}. */
    public void tell(String run, long round, int worker, int steps) {
        try {
            if (line.isPresent()) {
                line.get().send(new RunPlugin.Steps(run, round, worker, steps));
            }
        } catch (IOException | RuntimeException e) { // training does not depend on it
            LOG.debug("the driver could not be told how far a worker is", e);
        }
    }

    /** Which model a task computes with, and how: {@code recompute} and {@code threads} as in {@code train}. */
    public record ModelUse(ModelConfig config, int vocabularySize, String recompute, int threads) {
        /**
         * For forward passes alone. Nothing goes back through the blocks, so nothing is computed again if they keep
         * only their inputs.
         */
        public static ModelUse forward(ModelConfig config, int vocabularySize, int threads) {
            return new ModelUse(config, vocabularySize, "block", threads);
        }

        /** A new model; whoever uses it sets its parameters. */
        HyenaLanguageModel create() {
            HyenaLanguageModel model = HyenaLanguageModel.blank(config, vocabularySize);
            model.useThreads(threads);
            if (recompute.equals("block")) {
                model.recomputeBlocks();
            }
            return model;
        }
    }

    /**
     * Which model of labels a task computes with, and how: {@code recompute} and {@code threads} as in {@code train}.
     */
    public record LabelUse(LabelModel.Spec spec, String recompute, int threads) {
        /** For forward passes alone, as {@link ModelUse#forward}. */
        public static LabelUse forward(LabelModel.Spec spec, int threads) {
            return new LabelUse(spec, "block", threads);
        }

        /** A new model; whoever uses it sets its parameters. */
        LabelModel create() {
            LabelModel model = LabelModel.blank(spec);
            model.useThreads(threads);
            if (recompute.equals("block")) {
                model.recomputeBlocks();
            }
            return model;
        }
    }

    /** Where batches come from: documents of a snapshot, at most so many, spread evenly over the split. */
    public record BatchSource(DatasetSnapshot.Ref snapshot, Split split, PackingConfig packing, long documents) {
        public BatchSource(DatasetSnapshot.Ref snapshot, Split split, PackingConfig packing) {
            this(snapshot, split, packing, Long.MAX_VALUE);
        }

        /** Opens the split, which reads its index and plans every document; the caller closes it. */
        public TokenBatches open(Storage storage) throws IOException {
            return TokenBatches.open(storage, snapshot, split, packing).ofSome(documents);
        }
    }
}
