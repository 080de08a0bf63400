package io.github.hyenaspark.jobs.train;

import io.github.hyenaspark.checkpoint.Checkpoint;
import io.github.hyenaspark.checkpoint.TrainingProgress.Best;
import io.github.hyenaspark.checkpoint.TrainingProgress.Change;
import io.github.hyenaspark.config.Settings;
import io.github.hyenaspark.data.batch.PackingConfig;
import io.github.hyenaspark.data.prepare.DataConfig;
import io.github.hyenaspark.data.shard.snapshot.DatasetSnapshot;
import io.github.hyenaspark.io.Storage;
import io.github.hyenaspark.jobs.spark.averaging.AveragingDriver;
import io.github.hyenaspark.jobs.spark.averaging.RunStore.RunDirectory;
import io.github.hyenaspark.jobs.spark.averaging.TrainingMemory;
import io.github.hyenaspark.jobs.spark.run.ResumeCompatibility;
import io.github.hyenaspark.jobs.train.HeldOut.ValidationPlan;
import io.github.hyenaspark.model.ModelConfig;
import io.github.hyenaspark.train.config.TrainConfig;
import io.github.hyenaspark.train.config.TrainConfig.Reached;
import io.github.hyenaspark.train.optim.LearningRate;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/** What {@code train} reads from the settings, checked, and the changes that made them what they are, oldest first. */
public record TrainSettings(
        Settings settings,
        DataConfig data,
        ModelConfig model,
        TrainConfig train,
        RunConfig run,
        RunDirectory directory,
        AveragingDriver.Plan driver,
        List<Change> changes) {
    private static final Logger LOG = LoggerFactory.getLogger(TrainSettings.class);
    private static final String REACHED = "train.reached.";
    private static final String STEP = REACHED + "step";
    private static final String FRACTION = REACHED + "fraction";
    private static final String VALIDATE_TOKENS = "run.validate-tokens";

    static TrainSettings of(Settings settings, Storage storage, List<Change> changes) throws IOException {
        RunConfig run = settings.bind("run", RunConfig.class);
        run.refuseOtherThanNewest();
        TrainConfig train = settings.bind("train", TrainConfig.class);
        CheckpointConfig checkpoint = settings.bind("checkpoint", CheckpointConfig.class);
        ModelConfig model = settings.bind("model", ModelConfig.class);
        train.lengthSchedule().check(model.lMax());
        return new TrainSettings(
                settings,
                settings.bind("data", DataConfig.class).qualified(storage),
                model,
                train,
                run,
                new RunDirectory(run.dir(), checkpoint.keep(), checkpoint.keepBest()),
                new AveragingDriver.Plan(
                        train.rounds(),
                        run.stopAfterRounds(),
                        run.validateEveryRounds(),
                        run.patience(),
                        checkpoint.everyRounds(),
                        model.lMax(),
                        checkpoint.async()),
                changes);
    }

    /**
     * The settings with which a run resumes: a change of the plan after its decay has begun brings where it was.
     * IllegalArgumentException if something changes that must not.
     */
    TrainSettings resuming(Checkpoint from, Storage storage) throws IOException {
        if (from.isImported()) {
            String stored = ResumeCompatibility.began(from.settings()).renderSections(ResumeCompatibility.SECTIONS);
            ResumeCompatibility.refuseOtherArchitecture(stored, identity(), run.dir());
            return this;
        }
        TrainConfig before = ResumeCompatibility.began(from.settings()).bind("train", TrainConfig.class);
        TrainSettings asked = having(before.reached(), storage, List.of()); // not that of a newer one that is damaged
        List<Change> all = new ArrayList<>(from.progress().changes());
        all.addAll(ResumeCompatibility.changes(from, asked.identity(), run.dir()));
        Reached reached = LearningRate.reached(before, asked.train, from.round());
        Reached was = before.reached();
        if (reached.step() != was.step()) {
            all.add(new Change(from.round() + 1, STEP, was.step() + "", reached.step() + ""));
        }
        if (reached.fraction() != was.fraction()) {
            all.add(new Change(from.round() + 1, FRACTION, was.fraction() + "", reached.fraction() + ""));
        }
        return having(reached, storage, all);
    }

    /** With what {@code run.validate-tokens} means for this run, so that it is remembered. */
    TrainSettings measuring(DatasetSnapshot snapshot, Storage storage) throws IOException {
        long tokens = ValidationPlan.of(this, snapshot).resolved(run.validateTokens());
        return of(settings.with(List.of(VALIDATE_TOKENS + "=" + tokens)), storage, changes);
    }

    /** Those of the changes that a checkpoint does not have yet. */
    List<Change> changesSince(Checkpoint saved) {
        return changes.subList(
                Math.min(changes.size(), saved.progress().changes().size()), changes.size());
    }

    /** Logs the last of the changes, those of this start, and where they meet a decay of the rates. */
    void tell(List<Change> now) {
        List<Change> before = changes.subList(0, changes.size() - now.size());
        for (Change change : now) {
            String undoes = ResumeCompatibility.undone(before, change.key(), change.is())
                    .map(undone -> ", which undoes the change of round " + undone.fromRound())
                    .orElse("");
            LOG.atLevel(undoes.isEmpty() ? Level.INFO : Level.WARN)
                    .log("from round {} on {}{}", change.fromRound(), change, undoes);
        }
        if (now.stream().anyMatch(change -> change.key().startsWith(REACHED))) {
            LOG.warn(goesOn());
        }
    }

    /** From where the rates go on after a change of the plan in the middle of a decay, of the old plan or the new. */
    String goesOn() {
        double left = train.reached().fraction();
        String from = left < 1
                ? String.format(
                        Locale.ROOT,
                        "the decay of the rates had begun: they go on from %.3g %% of the way from train.min-lr = %s to"
                                + " train.lr = %s",
                        100 * left,
                        train.minLr(),
                        train.lr())
                : "the new plan would have lowered the rates before: they go on from train.lr = " + train.lr();
        return from + ", where they were, over the "
                + (train.totalSteps() - train.reached().step()) + " local steps that remain";
    }

    /** What a warm-up does that takes the whole run; empty if it ends before. */
    Optional<String> endlessWarmUp() {
        long steps = train.totalSteps();
        return train.warmupSteps() < steps
                ? Optional.empty()
                : Optional.of(String.format(
                        Locale.ROOT,
                        "train.warmup-steps: found %d in a run of %d local steps, so its rates rise to %.3g %% of what"
                                + " they are set to, and never fall; take fewer, or more train.rounds",
                        train.warmupSteps(),
                        steps,
                        100.0 * steps / train.warmupSteps()));
    }

    /** What a training on a snapshot holds in memory. */
    TrainingMemory memory(DatasetSnapshot snapshot) {
        return TrainingMemory.of(model, snapshot.vocabulary().size(), train, run.merge())
                .with(DatasetSnapshot.Ref.of(snapshot, data.dataset()), packing());
    }

    void refuseUnlessItFits(DatasetSnapshot snapshot) {
        memory(snapshot).refuseUnlessItFits(train.workers(), train.threads());
    }

    /** Those with which the held-out loss of a round was measured, if it is the last that was measured. */
    TrainSettings asMeasuredIn(long round, Storage storage) throws IOException {
        Optional<String> then = changes.stream()
                .filter(change -> change.key().equals(VALIDATE_TOKENS) && change.fromRound() > round)
                .map(Change::was)
                .findFirst();
        return then.isEmpty() ? this : of(settings.with(List.of(VALIDATE_TOKENS + "=" + then.get())), storage, changes);
    }

    /** From where the held-out loss is compared on: a change of what it is measured on begins anew. */
    static Best comparable(Best before, List<Change> now) {
        return now.stream().anyMatch(change -> change.key().equals(VALIDATE_TOKENS))
                ? before.measuredOtherwise()
                : before;
    }

    private TrainSettings having(Reached reached, Storage storage, List<Change> changesOfRun) throws IOException {
        List<String> words = List.of(STEP + "=" + reached.step(), FRACTION + "=" + reached.fraction());
        return of(settings.with(words), storage, changesOfRun);
    }

    private String identity() {
        return settings.renderSections(ResumeCompatibility.SECTIONS);
    }

    PackingConfig packing() {
        return new PackingConfig(data.packing(), model.lMax());
    }

    /** The section {@code checkpoint}; {@code reference.conf} describes its keys. */
    public record CheckpointConfig(long everyRounds, int keep, boolean keepBest, boolean async) {}
}
