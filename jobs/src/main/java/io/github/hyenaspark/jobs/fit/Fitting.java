package io.github.hyenaspark.jobs.fit;

import io.github.hyenaspark.checkpoint.Checkpoint;
import io.github.hyenaspark.checkpoint.CheckpointStore;
import io.github.hyenaspark.checkpoint.TrainingProgress;
import io.github.hyenaspark.data.batch.LabelledDocuments;
import io.github.hyenaspark.data.batch.PackingConfig;
import io.github.hyenaspark.data.batch.Readings;
import io.github.hyenaspark.data.shard.snapshot.DatasetSnapshot;
import io.github.hyenaspark.data.token.Tokenizer;
import io.github.hyenaspark.io.Storage;
import io.github.hyenaspark.jobs.fit.Folds.Division;
import io.github.hyenaspark.jobs.fit.LabelMetrics.Spread;
import io.github.hyenaspark.jobs.report.chart.LineChart.Curve;
import io.github.hyenaspark.jobs.report.progress.Progress;
import io.github.hyenaspark.jobs.spark.averaging.AveragingDriver;
import io.github.hyenaspark.jobs.spark.averaging.RunStore;
import io.github.hyenaspark.jobs.spark.averaging.SparkStateCheck;
import io.github.hyenaspark.jobs.spark.averaging.SparkWorkers;
import io.github.hyenaspark.jobs.spark.averaging.TrainingMemory;
import io.github.hyenaspark.jobs.spark.run.FittingDirectory;
import io.github.hyenaspark.jobs.spark.run.Handover;
import io.github.hyenaspark.jobs.spark.run.RunMetadata;
import io.github.hyenaspark.jobs.spark.run.RunState;
import io.github.hyenaspark.jobs.spark.run.RunTokenizer;
import io.github.hyenaspark.jobs.spark.run.TrainedRun;
import io.github.hyenaspark.jobs.spark.run.TrainingPlan;
import io.github.hyenaspark.jobs.spark.task.MachineNumerics;
import io.github.hyenaspark.jobs.spark.worker.LabelTraining;
import io.github.hyenaspark.jobs.spark.worker.ReplayedSteps;
import io.github.hyenaspark.jobs.train.RunConfig;
import io.github.hyenaspark.model.LabelModel;
import io.github.hyenaspark.model.ModelConfig;
import io.github.hyenaspark.model.ParameterEntry;
import io.github.hyenaspark.operator.head.LabelHead;
import io.github.hyenaspark.operator.head.PooledHead;
import io.github.hyenaspark.train.config.TrainConfig;
import io.github.hyenaspark.train.optim.MomentLayout;
import io.github.hyenaspark.train.optim.TrainingState;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.broadcast.Broadcast;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Trains models on the labels of a dataset's documents, each in rounds as {@code train} does, in a directory of its own
 * below {@code run.dir}; so a fitting that was stopped continues, and its bits are those of one that was not.
 */
final class Fitting {
    private static final Logger LOG = LoggerFactory.getLogger(Fitting.class);
    private static final int PARTS = 8;
    private static final int OUTPUTS_OF_TASK = 1 << 22; // 32 MiB

    private final JavaSparkContext context;
    private final Storage storage;
    private final FitSettings settings;
    private final DatasetSnapshot snapshot;
    private final Tokenizer tokenizer;
    private final LabelSet labels;
    private final Folds folds;
    private final LabelModel.Spec spec;
    private final int longest;
    private final Readings readings;
    private final Observer observer;
    private final Optional<Beginning> pretrained;

    /** Who is told how far a fitting is, and may stop it. */
    interface Observer {
        Progress progress(Progress.Task work);

        /** From now on {@code driver} is what has to be stopped; nothing has with an empty one. */
        void runs(Optional<AveragingDriver> driver);

        /** Whether models are measured, and a training draws its pages at the end. */
        default boolean wantsReports() {
            return true;
        }
    }

    Fitting(
            JavaSparkContext context,
            Storage storage,
            FitSettings settings,
            DatasetSnapshot snapshot,
            Tokenizer tokenizer,
            Optional<Beginning> beginning,
            Observer observer)
            throws IOException {
        this.context = context;
        this.storage = storage;
        this.snapshot = snapshot;
        this.tokenizer = tokenizer;
        this.observer = observer;
        FitConfig config = settings.fit();
        pretrained = beginning;
        beginning.ifPresent(begin -> begin.check(tokenizer));
        MeasuringMemory.ofDocuments(snapshot.counts().documents()).refuseUnlessTheyFit(1);
        labels = LabelSet.read(storage, snapshot, settings.data(), config);
        int most = (int) Math.max(1, Math.min(labels.longest(), config.maxLength()));
        this.settings = settings.withLongest(most);
        longest = Math.min(most, this.settings.model().lMax());
        folds = Folds.of(labels, config);
        RunConfig run = this.settings.run();
        boolean heldOutDecide = run.checkpoint().equals(TrainedRun.BEST) || run.patience() > 0;
        folds.check(heldOutDecide, observer.wantsReports());
        if (observer.wantsReports()) {
            MeasuringMemory.of(labels, folds, config, longest).refuseUnlessTheyFit(1);
        }
        readings = config.readings(tokenizer.name());
        ModelConfig model = this.settings.model();
        var head = new LabelHead(
                labels.task(), labels.outputs(), config.pooling(), parts(config), readings.count(), config.dropout());
        spec = new LabelModel.Spec(model, snapshot.vocabulary().size(), head, config.trainedLayers(model.nLayer()));
        checkMemory(head);
        checkModels();
    }

    /** What the first model would find wrong with settings, or the last. */
    private void checkModels() throws IOException {
        FitSettings own = settings.ofModel("", 0, 0, folds.division(0, 0).train().length);
        plan(own);
        own.driver();
        own.runDirectory();
        pretrained.ifPresent(begin -> LabelModel.pretrained(spec.table(), begin.table()));
    }

    /** Of a sequence: several where places mean something. */
    private int parts(FitConfig config) throws IOException {
        if (config.parts() > 0) {
            return config.parts();
        }
        boolean aligned = Alignment.isFound(storage, DatasetSnapshot.Ref.of(snapshot, settings.dataset()), labels);
        int parts = aligned ? PARTS : 1;
        LOG.info(
                "fit.parts={}: documents are {}of one length with tokens that depend on the place",
                parts,
                aligned ? "" : "not ");
        return parts;
    }

    /**
     * A step has all readings of its documents at once, and so has what is measured of the windows that are computed
     * together; a step has the sum of the gradients of texts of several lengths, too, and the parameters that stay as
     * they are. The driver has the parameters of all models until they are written.
     */
    private void checkMemory(LabelHead head) {
        TrainConfig train = settings.train();
        long parameters = spec.table().stream().mapToLong(ParameterEntry::size).sum();
        long models =
                (long) Math.max(1, settings.fit().folds()) * settings.fit().models();
        int sequences = Math.multiplyExact(Math.max(train.batchSize(), measuredTogether()), readings.count());
        FitSettings doubled = settings.with("train.batch-size=" + sequences)
                .with("model.l-max=" + Math.max(longest, settings.model().leastLMax()));
        TrainingMemory memory = TrainingMemory.of(
                doubled.model(),
                snapshot.vocabulary().size(),
                doubled.train(),
                settings.run().merge());
        memory.withHeap(
                        PooledHead.heapBytes(head, doubled.model().dModel(), longest)
                                + Float.BYTES * (parameters + spec.frozen()),
                        Math.multiplyExact(Float.BYTES * parameters, models))
                .refuseUnlessItFits(
                        train.workers(),
                        train.threads(),
                        "take a smaller fit.max-length (maxLength of a stage)"
                                + (pretrained.isPresent() ? "" : ", model.d-model")
                                + ", train.batch-size or fit.models, or train.recompute=block");
        memory.refuseUnlessResultsPass(train, settings.run().merge(), context.getConf());
    }

    /** Windows that are computed together, of the documents that measure a model; 0 if none does. */
    private int measuredTogether() {
        Division division = folds.division(0, 0);
        long windows = IntStream.concat(
                        Arrays.stream(division.heldOut()),
                        observer.wantsReports() ? Arrays.stream(division.test()) : IntStream.empty())
                .mapToLong(this::windows)
                .sum();
        return (int) Math.min(windows, Readings.together(longest));
    }

    LabelSet labels() {
        return labels;
    }

    Folds folds() {
        return folds;
    }

    /**
     * What was found.
     *
     * @param tested the documents that measured each fold, by numbers
     * @param predictions of those, in the same order
     * @param epochs of the model that was chosen, the mean over models
     * @param curves held-out losses by documents seen, of each model
     */
    record Outcome(
            FittedModel model, List<int[]> tested, List<double[][]> predictions, double epochs, List<Curve> curves) {}

    /** Trains all models and measures each fold once. */
    Outcome run() throws IOException {
        int number = Math.max(1, settings.fit().folds());
        List<FittedModel.Member> members = new ArrayList<>();
        List<int[]> tested = new ArrayList<>();
        List<double[][]> predictions = new ArrayList<>();
        List<Curve> curves = new ArrayList<>();
        double epochs = 0;
        for (int fold = 0; fold < number; fold++) {
            double[][] sum = {};
            int[] test = {};
            for (int model = 0; model < settings.fit().models(); model++) {
                Trained trained = train(fold, model);
                members.add(trained.member);
                curves.add(trained.curve);
                epochs += trained.epochs / number / settings.fit().models();
                if (!folds.testsTogether()) {
                    tested.add(trained.test);
                    predictions.add(trained.predictions);
                } else {
                    test = trained.test;
                    sum = plus(sum, trained.predictions, settings.fit().models());
                }
            }
            if (folds.testsTogether()) {
                tested.add(test);
                predictions.add(sum);
            }
        }
        var fitted = new FittedModel(
                spec,
                readings,
                longest,
                labels.names(),
                settings.modelJson(),
                TextSettings.of(settings.settings()),
                tokenizer,
                members);
        return new Outcome(fitted, tested, predictions, epochs, curves);
    }

    private static double[][] plus(double[][] sum, double[][] part, int parts) {
        double[][] result = new double[part.length][];
        for (int i = 0; i < part.length; i++) {
            result[i] = sum.length == 0 ? new double[part[i].length] : sum[i];
            for (int t = 0; t < part[i].length; t++) {
                result[i][t] += part[i][t] / parts;
            }
        }
        return result;
    }

    private record Trained(FittedModel.Member member, int[] test, double[][] predictions, double epochs, Curve curve) {}

    private Trained train(int fold, int model) throws IOException {
        String name = FittingDirectory.name(settings.fit().folds(), fold, model);
        Division division = folds.division(fold, model);
        FittedModel.Scale scale = scale(division.train());
        FitSettings own = settings.ofModel(name, fold, model, division.train().length);
        TrainingPlan plan = plan(own);
        var known = new LabelTraining.Plan(
                spec,
                readings,
                longest,
                division.train(),
                division.heldOut(),
                standardised(scale),
                labels.weights(settings.fit().classWeights(), division.train()));
        Broadcast<LabelTraining.Plan> sent = context.broadcast(known);
        try {
            var work = new LabelTraining(sent);
            Chosen chosen = rounds(own, plan, work, name);
            double[][] predictions = observer.wantsReports()
                    ? predictions(plan, work, chosen.theta, division.test(), scale)
                    : new double[0][]; // nobody measures them
            double epochs = (double) own.train().stepsBefore(chosen.round)
                    * own.train().workers()
                    * own.train().batchSize()
                    / division.train().length;
            var member = new FittedModel.Member(name, chosen.theta, scale);
            return new Trained(member, division.test(), predictions, epochs, new Curve(name, chosen.heldOut));
        } finally {
            sent.destroy();
        }
    }

    private TrainingPlan plan(FitSettings own) throws IOException {
        return new TrainingPlan(
                own.model(),
                own.train(),
                DatasetSnapshot.Ref.of(snapshot, own.dataset()),
                new PackingConfig(PackingConfig.Strategy.SINGLE, own.model().lMax()),
                storage.qualify(own.directory()));
    }

    /** Mean and deviation of every value of the documents to train on; of other labels nothing. */
    private FittedModel.Scale scale(int[] train) {
        int width = labels.task() == LabelHead.Task.REGRESSION ? labels.outputs() : 0;
        double[] means = new double[width];
        double[] deviations = new double[width];
        for (int t = 0; t < width; t++) {
            int at = t;
            Spread spread = Spread.of(Arrays.stream(train)
                    .mapToDouble(document -> labels.targets()[document][at])
                    .toArray());
            means[t] = spread.mean();
            deviations[t] = spread.deviation() > 0 ? spread.deviation() : 1;
        }
        return new FittedModel.Scale(means, deviations);
    }

    private double[] standardised(FittedModel.Scale scale) {
        double[] targets = labels.flatTargets();
        int width = scale.means().length;
        for (int i = 0; width > 0 && i < targets.length; i++) {
            targets[i] = (targets[i] - scale.means()[i % width]) / scale.deviations()[i % width];
        }
        return targets;
    }

    private record Chosen(long round, float[] theta, List<double[]> heldOut) {}

    /** Trains to the end, or on from where it was; the parameters are those of {@code run.checkpoint}. */
    private Chosen rounds(FitSettings own, TrainingPlan plan, LabelTraining work, String name) throws IOException {
        CheckpointStore checkpoints = CheckpointStore.open(storage, own.directory());
        var newest = new Handover<>(checkpoints.newestValid());
        Optional<Checkpoint> found = newest.value().map(Checkpoint::withoutVectors);
        found.ifPresent(
                checkpoint -> MachineNumerics.check(checkpoint, own.run().allowInexactResume()));
        if (own.train().workersKeepState()) {
            new SparkStateCheck(context, own.directory()).refuseUnlessShared(storage);
        }
        checkpoints.beginEpoch();
        checkpoints.resumesFrom(found);
        LabelModel model = LabelModel.create(spec, own.train().seed());
        MomentLayout moments = MomentLayout.of(own.train().optimizer(), model.table());
        TrainingProgress before = found.map(Checkpoint::progress).orElse(TrainingProgress.NONE);
        var start = new Handover<>(start(newest.take(), model, moments, own.train()));
        var facts = new RunMetadata(
                own.settings().render(),
                storage.qualify(snapshot.uri(own.dataset())),
                snapshot.sha256(),
                snapshot.vocabulary().fingerprint(),
                snapshot.vocabulary().size(),
                Double.NaN,
                model.table(),
                moments,
                MachineNumerics.after(found, own.train().threads()));
        RunTokenizer.keep(storage, own.directory(), own.dataset(), snapshot);
        var store = new RunStore(
                storage,
                own.runDirectory(),
                checkpoints,
                facts,
                found.map(Checkpoint::journalBytes).orElse(0L));
        store.resumes(before.best(), List.of());
        long rounds = own.train().rounds();
        LOG.info(
                "{}: {} of {} rounds are done; {} parameters, {} documents to train on, {} held out",
                name,
                start.value().round(),
                rounds,
                model.parameterCount(),
                work.labels().value().train().length,
                work.labels().value().heldOut().length);
        var options = new SparkWorkers.WorkerOptions(
                own.run().merge(), checkpoints.epoch(), ReplayedSteps.read(storage, ""), work);
        try (SparkWorkers workers = new SparkWorkers(context, plan, options);
                Progress progress = observer.progress(
                        new Progress.Task(name, "rounds", start.value().round(), rounds))) {
            var driver = new AveragingDriver(own.driver(), plan.train(), workers, store, progress);
            observer.runs(Optional.of(driver));
            driver.run(start);
            observer.runs(Optional.empty());
            if (observer.wantsReports()) {
                store.writeReports();
            }
            List<double[]> heldOut = store.history().heldOut().stream()
                    .map(point -> new double[] {point.tokens(), point.loss()})
                    .toList();
            TrainedRun chosen =
                    TrainedRun.open(storage, own.directory(), own.run().checkpoint());
            return new Chosen(chosen.round(), chosen.theta(), heldOut);
        }
    }

    private RunState start(Optional<Checkpoint> found, LabelModel model, MomentLayout moments, TrainConfig train) {
        return found.map(checkpoint -> RunStore.state(checkpoint, moments, train))
                .orElseGet(() -> begin(model, moments, train));
    }

    private RunState begin(LabelModel model, MomentLayout moments, TrainConfig train) {
        float[] theta = pretrained.map(begin -> begin.parameters(model)).orElseGet(model::parameters);
        TrainingState state = TrainingState.first(theta, moments.secondMoments(), train.innerState());
        return new RunState(0, 0, state, new float[theta.length], List.of());
    }

    /** What a model predicts of documents: the mean over the windows of each. */
    private double[][] predictions(
            TrainingPlan plan, LabelTraining work, float[] theta, int[] documents, FittedModel.Scale scale) {
        int chunks = LabelTraining.Plan.chunks(documents);
        double[][] predictions = new double[documents.length][spec.head().outputs()];
        if (chunks == 0) {
            return predictions; // and send nothing
        }
        Broadcast<TrainingPlan> sentPlan = context.broadcast(plan);
        Broadcast<float[]> sentTheta = context.broadcast(theta);
        try {
            int document = 0;
            int to;
            for (int from = 0; from < chunks; from = to) { // a job after the other: each brings so many outputs
                int slots = Math.max(1, context.defaultParallelism());
                int most = Math.min(slots, plan.train().workers()); // memory was counted for, however many slots
                to = chunksTogether(documents, from, chunks, most);
                List<Integer> numbers =
                        new ArrayList<>(IntStream.range(from, to).boxed().toList());
                Iterator<double[]> outputs = context
                        .parallelize(numbers, Math.min(to - from, most))
                        .mapPartitions(part -> work.outputs(sentPlan.value(), sentTheta.value(), documents, part))
                        .collect()
                        .stream()
                        .flatMap(Arrays::stream)
                        .iterator();
                while (outputs.hasNext()) {
                    int windows = windows(documents[document]);
                    for (int window = 0; window < windows; window++) {
                        double[] part = FittedModel.prediction(labels.task(), scale, outputs.next());
                        for (int t = 0; t < part.length; t++) {
                            predictions[document][t] += part[t] / windows;
                        }
                    }
                    document++;
                }
            }
            return predictions;
        } finally {
            sentPlan.destroy();
            sentTheta.destroy();
        }
    }

    private int windows(int document) {
        return LabelledDocuments.windows(labels.documents().get(document).tokens(), longest);
    }

    /** Where the chunks end, from one on, whose outputs are few enough for one job of so many tasks. */
    private int chunksTogether(int[] documents, int from, int chunks, int tasks) {
        long most = (long) tasks * OUTPUTS_OF_TASK;
        long outputs = 0;
        int to = from;
        while (to < chunks && (to < from + tasks || outputs < most)) {
            outputs += spec.head().outputs()
                    * Arrays.stream(LabelTraining.Plan.chunk(documents, to++))
                            .mapToLong(this::windows)
                            .sum();
        }
        return to;
    }
}
