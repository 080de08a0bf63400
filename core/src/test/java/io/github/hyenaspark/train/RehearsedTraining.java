package io.github.hyenaspark.train;

import io.github.hyenaspark.config.Settings;
import io.github.hyenaspark.io.Hashes;
import io.github.hyenaspark.model.Batch;
import io.github.hyenaspark.model.HyenaLanguageModel;
import io.github.hyenaspark.model.ModelConfig;
import io.github.hyenaspark.operator.block.Mixer;
import io.github.hyenaspark.operator.filter.FilterConfig;
import io.github.hyenaspark.train.averaging.Averaging;
import io.github.hyenaspark.train.averaging.EncodedUpdate;
import io.github.hyenaspark.train.averaging.OuterOptimizer;
import io.github.hyenaspark.train.config.TrainConfig;
import io.github.hyenaspark.train.optim.Optimizer;
import io.github.hyenaspark.train.optim.TrainingState;
import io.github.hyenaspark.train.optim.TrainingStates;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;

/**
 * Trainings without Spark, two rounds of two workers, of every part that computes: all mixers, filters, codecs and
 * optimizers, and what else has loops of its own. Rows are longer than a tile and no power of two, and there are more
 * tiles than threads.
 */
final class RehearsedTraining {
    private static final int VOCABULARY = 300;
    private static final int LENGTH = 600;
    private static final int BATCH = 2;

    private final List<String> settings;

    private RehearsedTraining(String settings) {
        this.settings = new ArrayList<>(List.of(
                "model.d-model=12",
                "model.n-layer=2",
                "model.l-max=" + LENGTH,
                "model.filter.width=8",
                "model.filter.emb=5",
                "model.filter.modes=5",
                "model.filter.states=4",
                "model.h3.states=4",
                "model.attention.heads=3",
                "model.conv.taps=31",
                "train.workers=2",
                "train.rounds=2",
                "train.local-steps=2",
                "train.warmup-steps=1",
                "train.batch-size=" + BATCH));
        this.settings.addAll(List.of(settings.split(" ")));
    }

    /** The settings of every training, those that differ from the others'. */
    static List<String> all() {
        Stream<String> mixers = Arrays.stream(Mixer.values()).map(mixer -> "model.mixer=" + mixer.settingName());
        Stream<String> filters =
                Arrays.stream(FilterConfig.Kind.values()).map(kind -> "model.filter.kind=" + kind.settingName());
        Stream<String> others = Stream.of(
                "model.order=3 model.num-heads=3 model.post-order-mixing=true model.outer-mixing=true"
                        + " model.activation=gelu model.dropout=0.1 model.embed-dropout=0.1",
                "model.activation=silu model.filter.train-decay=true model.filter.normalized=true",
                "model.activation=tanh model.short-len=17 model.filter.train-positions=false",
                "model.mixer=attention model.positions=sinusoidal train.codec=bf16",
                "model.mixer=attention model.positions=learned train.down-codec=int8",
                "model.mixer=h3 model.h3.head-dim=2 train.codec=int8 train.down-codec=bf16",
                "model.mixer=conv model.conv.taps=4 train.codec=int4",
                "train.optimizer=muon",
                "train.optimizer=muon model.mixer=attention",
                "train.optimizer=muon model.mixer=lstm",
                "train.optimizer=muon model.mixer=h3",
                "train.optimizer=muon model.mixer=hyena-mr",
                "model.mixer=[hyena,attention,lstm] model.n-layer=4 train.recompute=block",
                "train.inner-state=reset train.second-moment=workers train.outer.momentum=0",
                "train.schedule=linear train.recompute=block");
        return Stream.of(mixers, filters, others).flatMap(settings -> settings).toList();
    }

    /** SHA-256 of θ after a training with these settings. */
    static String theta(String settings, int threads) {
        return new RehearsedTraining(settings).run(threads);
    }

    private String run(int threads) {
        Settings loaded = Settings.load(settings);
        TrainConfig config = loaded.bind("train", TrainConfig.class);
        HyenaLanguageModel model =
                HyenaLanguageModel.create(loaded.bind("model", ModelConfig.class), VOCABULARY, config.seed());
        if (config.recompute().equals("block")) {
            model.recomputeBlocks();
        }
        model.useThreads(threads);
        var trainer = new LocalTrainer<>(model, config);
        TrainingState state = new Optimizer(config.optimizer(), model.table(), config.betas())
                .begin(TrainingState.parametersOnly(model.parameters()));
        float[] momentum = new float[state.parameterCount()];
        List<float[]> residuals = new ArrayList<>(List.of(new float[0], new float[0]));
        for (long round = 0; round < config.rounds(); round++) {
            List<LocalTrainer.WorkerReport> reports = new ArrayList<>();
            List<EncodedUpdate> frames = new ArrayList<>();
            for (int worker = 0; worker < config.workers(); worker++) {
                long seed = 100 * round + 10L * worker;
                LocalTrainer.RoundResult result = trainer.round(
                        TrainingStates.copyOf(state), round, worker, step -> batch(seed + step), done -> true);
                EncodedUpdate.Packed packed = EncodedUpdate.pack(config, state, result, residuals.get(worker));
                residuals.set(worker, packed.residual());
                reports.add(result.report());
                frames.add(packed.frames());
            }
            Averaging.AveragedState averaged =
                    Averaging.of(config, round, reports).average(state, frames);
            OuterOptimizer.Step step = new OuterOptimizer(config.outer(), config.downCodec())
                    .step(state.theta(), momentum, averaged, round);
            state = step.state();
            momentum = step.momentum();
        }
        return Hashes.sha256(state.theta());
    }

    private static Batch batch(long seed) {
        Random random = new Random(seed);
        return new Batch(
                random.ints(BATCH * LENGTH, 0, VOCABULARY).toArray(),
                random.ints(BATCH * LENGTH, 0, VOCABULARY).toArray(),
                BATCH,
                LENGTH);
    }
}
