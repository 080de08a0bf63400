package io.github.hyenaspark.jobs.spark.averaging;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.hyenaspark.checkpoint.Checkpoint;
import io.github.hyenaspark.checkpoint.CheckpointStore;
import io.github.hyenaspark.checkpoint.TrainingProgress;
import io.github.hyenaspark.checkpoint.TrainingProgress.Best;
import io.github.hyenaspark.checkpoint.TrainingProgress.Change;
import io.github.hyenaspark.io.Refusal;
import io.github.hyenaspark.io.Storage;
import io.github.hyenaspark.io.TestPoint;
import io.github.hyenaspark.jobs.report.chart.LossChart;
import io.github.hyenaspark.jobs.report.journal.EventFile;
import io.github.hyenaspark.jobs.report.journal.Journal;
import io.github.hyenaspark.jobs.report.journal.Journal.LossHistory;
import io.github.hyenaspark.jobs.report.page.PageFile;
import io.github.hyenaspark.jobs.report.page.RunFigures;
import io.github.hyenaspark.jobs.report.page.RunPage;
import io.github.hyenaspark.jobs.spark.run.RunMetadata;
import io.github.hyenaspark.jobs.spark.run.RunState;
import io.github.hyenaspark.jobs.spark.task.DriverState;
import io.github.hyenaspark.model.ParameterEntry;
import io.github.hyenaspark.train.codec.Codec;
import io.github.hyenaspark.train.config.TrainConfig;
import io.github.hyenaspark.train.optim.MomentLayout;
import io.github.hyenaspark.train.optim.TrainingState;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a run leaves in its directory: checkpoints, the journal, the loss curve and reports. Only the checkpoints matter
 * for training; if one of the others cannot be written, the run continues with a warning.
 */
public final class RunStore {
    private static final Logger LOG = LoggerFactory.getLogger(RunStore.class);
    private static final String CHART = "loss.png";
    private static final String PAGE = "report.html";
    private static final String EVENTS = "events.out.tfevents.0.hyena"; // the name tells TensorBoard what it is
    private static final long REPORT_NANOS = TimeUnit.MINUTES.toNanos(1); // between two reports of a running run
    private static final String OUTER_MOMENTUM = "outer-momentum";
    private static final String FIRST_MOMENT = "first-moment";
    private static final String SECOND_MOMENT = "second-moment";

    private final Storage storage;
    private final String directory;
    private final CheckpointStore checkpoints;
    private final RunMetadata facts;
    private final Journal log;
    private final LossHistory history = new LossHistory();
    private final RunFigures figures = new RunFigures();
    private final EventFile events = new EventFile();
    private final RunDirectory kept;
    private final AtomicInteger failedWrites = new AtomicInteger();
    private Best best = Best.NONE;
    private List<Change> changes = List.of();
    private Optional<TextSampler> sampler = Optional.empty();
    private JsonNode machines = MissingNode.getInstance(); // of the last line of this process
    private long reportNanos = System.nanoTime();

    /**
     * Opens the store of a run for writing; this process has begun an epoch of the checkpoints. The journal is cut to
     * its length in the checkpoint that is resumed from, 0 for a new run.
     */
    public RunStore(
            Storage storage, RunDirectory directory, CheckpointStore checkpoints, RunMetadata facts, long journalBytes)
            throws IOException {
        this.storage = storage;
        this.directory = directory.uri();
        this.kept = directory;
        this.checkpoints = checkpoints;
        this.facts = facts;
        this.log = Journal.open(storage, directory.uri(), journalBytes, this::show);
        DriverState.ofThisProcess().set(DriverState.FAILED_WRITES, 0);
    }

    /** The directory of a run, how many checkpoints stay in it, at least 1, and whether the best one does, too. */
    public record RunDirectory(String uri, int keep, boolean keepBest) {
        public RunDirectory {
            Refusal.unless(!uri.isBlank(), "run.dir", "nothing", "the directory of the run");
            Refusal.below(1, "checkpoint.keep", keep);
        }
    }

    /** Continues from how far training has got; with no call it has not begun. */
    public void resumes(Best bestSoFar, List<Change> allChanges) {
        best = bestSoFar;
        changes = List.copyOf(allChanges);
    }

    /** The best round of those in the journal so far. */
    public Best best() {
        return best;
    }

    /** Whether the checkpoint of a round must be saved to keep the best one. */
    boolean keepsAsBest(RunState run) {
        return kept.keepBest() && best.round() == run.round();
    }

    public LossHistory history() {
        return history;
    }

    /** How long the journal is with the rounds so far, bytes. */
    public long journalBytes() {
        return log.bytes();
    }

    /** How often the journal, the loss curve or a report could not be written since this was opened. */
    public int failedWrites() {
        return failedWrites.get();
    }

    public void sampleBy(TextSampler textSampler) {
        sampler = Optional.of(textSampler);
    }

    /** No round follows soon: the next line has every sample of text that was begun before. */
    void awaitSamples() {
        sampler.ifPresent(TextSampler::await);
    }

    /** Samples of text are no longer waited for. Any thread may call this. */
    void hurry() {
        sampler.ifPresent(TextSampler::hurry);
    }

    /** Adds a round to the journal, perhaps the last of this job; it is stored with the next checkpoint. */
    void append(ObjectNode entry, RunState after, boolean last) {
        sampler.ifPresent(found -> found.addTo(entry, after, last));
        if (entry.has("held_out_loss")) {
            best = best.after(after.round(), entry.get("held_out_loss").doubleValue());
        }
        JsonNode found = entry.path(RoundMetrics.MACHINES);
        if (found.equals(machines)) {
            entry.remove(RoundMetrics.MACHINES);
        } else {
            machines = found;
        }
        changes.stream()
                .filter(change -> change.fromRound() == after.round())
                .forEach(change -> entry.withArray("changes").add(change.toJson()));
        log.append(entry);
        show(entry);
    }

    private void show(JsonNode entry) {
        history.add(entry);
        figures.add(entry);
        events.add(entry);
    }

    /**
     * Commits a checkpoint; journal first, so that it never names rounds the journal has not seen. LockedException if
     * another driver has taken over the run, whose journal is left as it is.
     */
    public void save(RunState run) throws IOException {
        checkpoints.save(checkpoint(run), kept.keep(), kept.keepBest(), () -> {
            saveLog();
            TestPoint.reached("the journal has round {}", run.round());
        });
        if (System.nanoTime() - reportNanos >= REPORT_NANOS) {
            writeReports();
        }
    }

    /** The same, asking the store once. */
    void saveWithoutPatience(RunState run) throws IOException {
        storage.withoutPatience(() -> {
            save(run);
            return run;
        });
    }

    /** Writes the loss curve, the run's page, and its events for TensorBoard, as of the last round. */
    public void writeReports() {
        replace(CHART, this::chart);
        replace(PAGE, () -> RunPage.html(facts.page(name()), figures));
        replace(EVENTS, events::bytes);
        reportNanos = System.nanoTime();
    }

    private void saveLog() {
        try {
            log.save();
        } catch (IOException e) {
            failed("the journal", "written", e);
        }
    }

    private void replace(String name, PageFile.Drawing drawing) {
        try {
            if (!history.train().isEmpty()) {
                checkpoints.refuseIfReplaced(); // it is the successor's then
                storage.replace(Storage.resolve(directory, name), drawing.bytes());
            }
        } catch (IOException | RuntimeException | LinkageError | OutOfMemoryError e) {
            // LinkageError: a Java without its fonts or AWT; memory: a picture is not worth a round
            failed(name, "drawn", e);
        }
    }

    private void failed(String what, String done, Throwable failure) {
        DriverState.ofThisProcess().set(DriverState.FAILED_WRITES, failedWrites.incrementAndGet());
        LOG.warn("{} of {} could not be {}; training continues: {}", what, directory, done, failure.toString());
    }

    private byte[] chart() throws IOException {
        return LossChart.png(name(), history.train(), history.heldOut());
    }

    private String name() {
        return directory.replaceFirst("/+$", "").replaceFirst(".*/", "");
    }

    private Checkpoint checkpoint(RunState run) {
        return new Checkpoint(
                run.round(),
                run.tokens(),
                facts.settings(),
                facts.dataset(),
                facts.datasetSha256(),
                facts.tokenizer(),
                facts.vocabularySize(),
                vectors(run),
                facts.table(),
                orders(run),
                facts.numerics(),
                journalBytes(),
                new TrainingProgress(run.round(), history.steps(), best, changes),
                run.kept());
    }

    private static Map<String, float[]> vectors(RunState run) {
        Map<String, float[]> vectors = new TreeMap<>();
        vectors.put(Checkpoint.THETA, run.state().theta());
        vectors.put(OUTER_MOMENTUM, run.outerMomentum());
        if (run.state().hasMoments()) {
            vectors.put(FIRST_MOMENT, run.state().firstMoment());
            vectors.put(SECOND_MOMENT, run.state().secondMoment());
        }
        return vectors;
    }

    private Map<String, List<ParameterEntry>> orders(RunState run) {
        boolean tableOrder = facts.moments().secondMoments() == facts.moments().parameters();
        return tableOrder || !run.state().hasMoments()
                ? Map.of()
                : Map.of(
                        FIRST_MOMENT,
                        facts.moments().entries(),
                        SECOND_MOMENT,
                        facts.moments().secondEntries());
    }

    /**
     * The run's state in a checkpoint, which gives up its arrays. Moments become what workers receive of them, which
     * they are already unless the codec was another so far. IllegalArgumentException if they are not those of the
     * optimizer.
     */
    public static RunState state(Checkpoint checkpoint, MomentLayout moments, TrainConfig train) {
        float[] theta = checkpoint.vector(Checkpoint.THETA);
        boolean shared = checkpoint.vectors().containsKey(FIRST_MOMENT);
        if (shared) {
            check(checkpoint, FIRST_MOMENT, moments.entries());
            check(checkpoint, SECOND_MOMENT, moments.secondEntries());
        }
        TrainingState state = shared
                ? new TrainingState(
                        theta, moment(checkpoint, FIRST_MOMENT, train), moment(checkpoint, SECOND_MOMENT, train))
                : TrainingState.parametersOnly(theta);
        return new RunState(
                checkpoint.round(),
                checkpoint.tokens(),
                state,
                checkpoint.vector(OUTER_MOMENTUM),
                checkpoint.workers());
    }

    private static float[] moment(Checkpoint checkpoint, String vector, TrainConfig train) {
        float[] moment = checkpoint.vector(vector);
        boolean exact = train.codec().ofMoments().isExact();
        for (int i = 0; i < moment.length && !exact; i++) {
            moment[i] = Codec.rounded(moment[i]);
        }
        return moment;
    }

    private static void check(Checkpoint checkpoint, String vector, List<ParameterEntry> expected) {
        List<String> found = names(checkpoint.table(vector));
        if (!found.equals(names(expected))) {
            throw new IllegalArgumentException("the " + vector + " of round " + checkpoint.round()
                    + " must be that of the optimizer, " + names(expected) + ", found " + found);
        }
    }

    private static List<String> names(List<ParameterEntry> entries) {
        return entries.stream().map(ParameterEntry::name).toList();
    }
}
