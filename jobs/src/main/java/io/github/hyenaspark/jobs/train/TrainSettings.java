package io.github.hyenaspark.jobs.train;

import io.github.hyenaspark.checkpoint.Checkpoint;
import io.github.hyenaspark.checkpoint.TrainingProgress.Change;
import io.github.hyenaspark.config.Settings;
import io.github.hyenaspark.data.batch.PackingConfig;
import io.github.hyenaspark.data.prepare.DataConfig;
import io.github.hyenaspark.io.Storage;
import io.github.hyenaspark.jobs.spark.averaging.AveragingDriver;
import io.github.hyenaspark.jobs.spark.averaging.RunStore.RunDirectory;
import io.github.hyenaspark.jobs.spark.run.ResumeCompatibility;
import io.github.hyenaspark.model.ModelConfig;
import io.github.hyenaspark.train.config.TrainConfig;
import io.github.hyenaspark.train.config.TrainConfig.Reached;
import io.github.hyenaspark.train.optim.LearningRate;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** What {@code train} reads from the settings, checked, and the changes that made them what they are, oldest first. */
public record TrainSettings(
        Settings all,
        DataConfig data,
        ModelConfig model,
        TrainConfig train,
        RunConfig run,
        RunDirectory directory,
        AveragingDriver.Plan driver,
        List<Change> changes) {
    private static final String STEP = "train.reached.step";
    static final String FRACTION = "train.reached.fraction";

    static TrainSettings of(Settings settings, Storage storage, List<Change> changes) throws IOException {
        RunConfig run = settings.bind("run", RunConfig.class);
        run.refuseOtherThanNewest();
        TrainConfig train = settings.bind("train", TrainConfig.class);
        CheckpointConfig checkpoint = settings.bind("checkpoint", CheckpointConfig.class);
        ModelConfig model = settings.bind("model", ModelConfig.class);
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
        List<Change> now = new ArrayList<>(from.progress().changes());
        now.addAll(ResumeCompatibility.changes(from, identity(), run.dir()));
        TrainConfig before = ResumeCompatibility.began(from.settings()).bind("train", TrainConfig.class);
        Reached reached = LearningRate.reached(before, train, from.round());
        if (reached.equals(train.reached())) {
            return of(all, storage, now);
        }
        String step = Long.toString(reached.step());
        String fraction = Double.toString(reached.fraction());
        now.add(new Change(
                from.round() + 1, STEP, Long.toString(before.reached().step()), step));
        now.add(new Change(
                from.round() + 1, FRACTION, Double.toString(before.reached().fraction()), fraction));
        return of(all.with(List.of(STEP + "=" + step, FRACTION + "=" + fraction)), storage, now);
    }

    private String identity() {
        return all.renderSections(ResumeCompatibility.SECTIONS);
    }

    PackingConfig packing() {
        return new PackingConfig(data.packing(), model.lMax());
    }

    /** The section {@code checkpoint}; {@code reference.conf} describes its keys. */
    public record CheckpointConfig(long everyRounds, int keep, boolean keepBest, boolean async) {}
}
