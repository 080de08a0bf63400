package io.github.hyenaspark.jobs.fit;

import io.github.hyenaspark.config.Settings;
import io.github.hyenaspark.data.prepare.DataConfig;
import io.github.hyenaspark.jobs.spark.averaging.AveragingDriver;
import io.github.hyenaspark.jobs.spark.averaging.RunStore.RunDirectory;
import io.github.hyenaspark.jobs.spark.run.FittingDirectory;
import io.github.hyenaspark.jobs.spark.run.TrainedRun;
import io.github.hyenaspark.jobs.train.RunConfig;
import io.github.hyenaspark.jobs.train.TrainSettings.CheckpointConfig;
import io.github.hyenaspark.model.ModelConfig;
import io.github.hyenaspark.train.config.TrainConfig;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * The settings of a fitting, or of one of its models, which has a directory, a seed and a number of rounds of its own.
 */
record FitSettings(Settings settings, DataConfig data, String directory) {
    private static final int WARMUP_STEPS = 20;

    /** The settings with which {@code fit} begins unless it is told others: the best that were found for small sets. */
    static final List<String> RECIPE = List.of(
            "model.mixer=[hyena-se,hyena]",
            "model.d-model=64",
            "model.n-layer=2",
            "model.d-inner=128",
            "train.optimizer=muon",
            "train.workers=2",
            "train.local-steps=8",
            "train.batch-size=16",
            "train.matrix-lr=1e-2",
            "train.lr=2e-3",
            "train.filter-lr=2e-3",
            "train.min-lr=0",
            "train.schedule=linear",
            "train.warmup-steps=" + WARMUP_STEPS,
            "train.outer.momentum=0",
            "data.max-bad-fraction=0",
            "checkpoint.every-rounds=50",
            "checkpoint.keep=1",
            "run.sample.every-rounds=0");

    /** Settings of a training or of preparing that change nothing here, and what decides instead. */
    private static final Map<String, String> WITHOUT_EFFECT = Map.of(
            "model.l-max", "fit.max-length decides",
            "train.seed", "fit.seed decides",
            "train.length-schedule", "documents are read at their own lengths",
            "run.validate-every-rounds", "the held-out documents are measured after every epoch",
            "run.validate-tokens", "all held-out documents are measured",
            "run.replay", "the rounds of a fitting are not replayed",
            "run.sample", "a model of labels writes no text",
            "data.validation-fraction", "fit.validation-fraction decides",
            "data.clean.duplicates", "every document that has a label is learnt from",
            "data.packing", "a document is a sequence of its own");

    private static final int FOLD_SEEDS = 1000;
    private static final int EPOCHS = 6;
    private static final int MOST_EPOCHS = 40;
    private static final int STEPS = 400;

    FitConfig fit() {
        return settings.bind("fit", FitConfig.class);
    }

    /** The URI of the directory of the dataset. */
    String dataset() {
        return data.dataset();
    }

    ModelConfig model() {
        return settings.bind("model", ModelConfig.class);
    }

    TrainConfig train() {
        return settings.bind("train", TrainConfig.class);
    }

    String modelJson() {
        return settings.renderSections(List.of("model"));
    }

    /** A sentence for each setting that changes nothing here. */
    List<String> withoutEffect() {
        List<String> sentences = new ArrayList<>();
        List<String> sections = new ArrayList<>(List.of("data", "run", "train"));
        if (fit().pretrained().isBlank()) { // else it is the pretrained model's
            sections.add("model");
        }
        List<String> changes = settings.changes(sections);
        changes.removeAll(RECIPE);
        for (String change : changes) {
            String key = change.replaceFirst("=.*", ".");
            WITHOUT_EFFECT.forEach((section, why) -> {
                if (key.startsWith(section + ".")) {
                    sentences.add(change + " changes nothing here: " + why);
                }
            });
        }
        return sentences;
    }

    FitSettings with(String setting) {
        return new FitSettings(settings.with(List.of(setting)), data, directory);
    }

    /** With the longest sequence that there is to read; a pretrained model keeps its own. */
    FitSettings withLongest(int longest) {
        return fit().pretrained().isBlank() ? with("model.l-max=" + longest) : this;
    }

    /** Of one of the models, trained on so many documents; at most half of its steps are the recipe's warm-up. */
    FitSettings ofModel(String name, int fold, int model, int documents) {
        TrainConfig train = train();
        long steps = steps(train, documents, epochs(train, documents));
        long epoch = Math.max(1, steps(train, documents, 1) / train.localSteps());
        long rounds = Math.max(1, Math.round((double) steps / train.localSteps()));
        long warmup = train.warmupSteps() == WARMUP_STEPS
                ? Math.min(WARMUP_STEPS, rounds * train.localSteps() / 2)
                : train.warmupSteps();
        List<String> own = new ArrayList<>(List.of(
                "train.rounds=" + rounds,
                "train.warmup-steps=" + warmup,
                "train.seed=" + (fit().seed() + (long) FOLD_SEEDS * fold + model),
                "run.validate-every-rounds=" + epoch));
        return new FitSettings(settings.with(own), data, new FittingDirectory(directory).run(name));
    }

    /** As many as are asked for; else six, or more where these would be few steps. */
    private int epochs(TrainConfig train, int documents) {
        if (fit().epochs() > 0) {
            return fit().epochs();
        }
        int epochs = EPOCHS;
        while (epochs < MOST_EPOCHS && steps(train, documents, epochs) < STEPS) {
            epochs++;
        }
        return epochs;
    }

    /** Local steps of one worker in which all workers together see every document so often. */
    private static long steps(TrainConfig train, int documents, int epochs) {
        long each = (long) train.workers() * train.batchSize();
        return ((long) documents * epochs + each - 1) / each;
    }

    RunDirectory runDirectory() {
        return new RunDirectory(
                directory,
                settings.bind("checkpoint", CheckpointConfig.class).keep(),
                run().checkpoint().equals(TrainedRun.BEST));
    }

    AveragingDriver.Plan driver() {
        CheckpointConfig saving = settings.bind("checkpoint", CheckpointConfig.class);
        RunConfig run = run();
        long rounds = train().rounds();
        return new AveragingDriver.Plan(
                rounds,
                rounds,
                run.validateEveryRounds(),
                run.patience(),
                saving.everyRounds(),
                model().lMax(),
                saving.async());
    }

    RunConfig run() {
        return settings.bind("run", RunConfig.class);
    }
}
