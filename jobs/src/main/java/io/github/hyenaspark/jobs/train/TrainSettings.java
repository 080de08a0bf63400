package io.github.hyenaspark.jobs.train;

import io.github.hyenaspark.config.Settings;
import io.github.hyenaspark.data.batch.PackingConfig;
import io.github.hyenaspark.data.prepare.DataConfig;
import io.github.hyenaspark.io.Storage;
import io.github.hyenaspark.jobs.spark.averaging.AveragingDriver;
import io.github.hyenaspark.jobs.spark.averaging.RunStore.RunDirectory;
import io.github.hyenaspark.jobs.spark.run.ResumeCompatibility;
import io.github.hyenaspark.model.ModelConfig;
import io.github.hyenaspark.train.config.TrainConfig;
import java.io.IOException;

/**
 * What {@code train} reads from the settings, checked, and as JSON: all effective settings, and those that the run's
 * bits depend on.
 */
public record TrainSettings(
        DataConfig data,
        ModelConfig model,
        TrainConfig train,
        RunConfig run,
        RunDirectory directory,
        AveragingDriver.Plan driver,
        String rendered,
        String identity) {
    static TrainSettings of(Settings settings, Storage storage) throws IOException {
        RunConfig run = settings.bind("run", RunConfig.class);
        run.refuseOtherThanNewest();
        TrainConfig train = settings.bind("train", TrainConfig.class);
        CheckpointConfig checkpoint = settings.bind("checkpoint", CheckpointConfig.class);
        ModelConfig model = settings.bind("model", ModelConfig.class);
        return new TrainSettings(
                settings.bind("data", DataConfig.class).qualified(storage),
                model,
                train,
                run,
                new RunDirectory(run.dir(), checkpoint.keep()),
                new AveragingDriver.Plan(
                        train.rounds(),
                        run.stopAfterRounds(),
                        run.validateEveryRounds(),
                        checkpoint.everyRounds(),
                        model.lMax(),
                        checkpoint.async()),
                settings.render(),
                settings.renderSections(ResumeCompatibility.SECTIONS));
    }

    PackingConfig packing() {
        return new PackingConfig(data.packing(), model.lMax());
    }

    /** The section {@code checkpoint}; {@code reference.conf} describes its keys. */
    public record CheckpointConfig(long everyRounds, int keep, boolean async) {}
}
