package io.github.hyenaspark.jobs.spark.averaging;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.hyenaspark.checkpoint.Checkpoint;
import io.github.hyenaspark.checkpoint.CheckpointManifest.Provenance;
import io.github.hyenaspark.checkpoint.CheckpointStore;
import io.github.hyenaspark.config.Settings;
import io.github.hyenaspark.io.Storage;
import io.github.hyenaspark.jobs.report.progress.Progress;
import io.github.hyenaspark.jobs.spark.averaging.RunStore.RunDirectory;
import io.github.hyenaspark.jobs.spark.run.Handover;
import io.github.hyenaspark.jobs.spark.run.RunMetadata;
import io.github.hyenaspark.jobs.spark.run.RunState;
import io.github.hyenaspark.model.HyenaLanguageModel;
import io.github.hyenaspark.model.ModelConfig;
import io.github.hyenaspark.train.codec.Codec;
import io.github.hyenaspark.train.config.TrainConfig;
import io.github.hyenaspark.train.config.TrainConfigDraft;
import io.github.hyenaspark.train.optim.MomentLayout;
import io.github.hyenaspark.train.optim.TrainingState;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Every optimizer with every way that moments and results travel: a run that stops and resumes, and whose averages are
 * made range by range, has the bits of one that does neither.
 */
@Tag("fault-6")
@Tag("fault-16")
class ResumeMatrixTest {
    private static final int ROUNDS = 3;
    private static final ModelConfig MODEL = Settings.load(List.of(
                    "model.d-model=8",
                    "model.n-layer=2",
                    "model.l-max=16",
                    "model.filter.width=8",
                    "model.filter.emb=5",
                    "model.mixer=[hyena,gru]"))
            .bind("model", ModelConfig.class);

    @TempDir
    private Path directory;

    private final Storage storage = Storage.local();
    private final HyenaLanguageModel model = HyenaLanguageModel.create(MODEL, 11, 1);

    ResumeMatrixTest() throws IOException {}

    static Stream<Arguments> cells() {
        return Arrays.stream(TrainConfig.Optimizer.values())
                .flatMap(optimizer -> Arrays.stream(TrainConfig.MomentPolicy.values())
                        .flatMap(policy ->
                                Arrays.stream(Codec.values()).map(codec -> Arguments.of(optimizer, policy, codec))));
    }

    @ParameterizedTest
    @MethodSource("cells")
    void aResumedRunHasTheSameBits(TrainConfig.Optimizer optimizer, TrainConfig.MomentPolicy policy, Codec codec)
            throws IOException {
        TrainConfig train = config(optimizer, policy, codec);

        RunState straight = run(train, "straight", ROUNDS, 0);
        run(train, "halted", 1, Codec.BLOCK);
        RunState resumed = run(train, "halted", ROUNDS, Codec.BLOCK);

        assertThat(resumed.state().theta()).isEqualTo(straight.state().theta());
        assertThat(resumed.state().firstMoment()).isEqualTo(straight.state().firstMoment());
        assertThat(resumed.state().secondMoment()).isEqualTo(straight.state().secondMoment());
        assertThat(resumed.outerMomentum()).isEqualTo(straight.outerMomentum());
        assertThat(straight.state().theta())
                .isNotEqualTo(HyenaLanguageModel.create(MODEL, 11, 1).parameters());
    }

    private static TrainConfig config(TrainConfig.Optimizer optimizer, TrainConfig.MomentPolicy policy, Codec codec) {
        var draft = new TrainConfigDraft();
        draft.optimizer = optimizer;
        draft.innerState = policy;
        draft.codec = codec;
        draft.secondMoment = TrainConfig.SecondMoment.MEAN_GRADIENT;
        draft.rounds = ROUNDS;
        draft.localSteps = 2;
        draft.batchSize = 2;
        draft.lr = 1e-2;
        return draft.config();
    }

    /** What workers receive of moments is not all that the rounds before have left. */
    @ParameterizedTest
    @EnumSource(names = "FP32", mode = EnumSource.Mode.EXCLUDE)
    void aResumeWithAnotherCodecHasTheSameBitsWhereverItAverages(Codec codec) throws IOException {
        List<RunState> ends = new ArrayList<>();
        for (int range : new int[] {0, Codec.BLOCK}) {
            var policy = TrainConfig.MomentPolicy.AVERAGE;
            run(config(TrainConfig.Optimizer.ADAMW, policy, Codec.FP32), "in-" + range, 1, range);
            ends.add(run(config(TrainConfig.Optimizer.ADAMW, policy, codec), "in-" + range, ROUNDS, range));
        }
        assertThat(ends.get(1).state().theta()).isEqualTo(ends.get(0).state().theta());
        assertThat(ends.get(1).state().secondMoment())
                .isEqualTo(ends.get(0).state().secondMoment());
    }

    /** From the newest checkpoint, if there is one, to a round. */
    private RunState run(TrainConfig train, String name, int to, int range) throws IOException {
        String uri = directory.resolve(name).toString();
        CheckpointStore checkpoints = CheckpointStore.open(storage, uri);
        checkpoints.beginEpoch();
        Optional<Checkpoint> newest = checkpoints.newestValid();
        checkpoints.resumesFrom(newest);
        MomentLayout moments = MomentLayout.of(train.optimizer(), model.table());
        RunState from = newest.map(checkpoint -> RunStore.state(checkpoint, moments, train))
                .orElseGet(() -> initial(train, moments));
        RunStore store = new RunStore(
                storage,
                new RunDirectory(uri, 1, false),
                checkpoints,
                facts(moments),
                newest.map(Checkpoint::journalBytes).orElse(0L));
        var silent = new PrintStream(OutputStream.nullOutputStream(), false, StandardCharsets.UTF_8);
        Progress progress =
                Progress.open(Progress.Style.PLAIN, new Progress.Task("train", "rounds", 0, ROUNDS), silent);
        var workers = new LocalWorkers(train, model, storage, checkpoints, uri, range);
        var plan = new AveragingDriver.Plan(ROUNDS, to, 0, 0, ROUNDS, 64, true);
        return new AveragingDriver(plan, train, workers, store, progress).run(new Handover<>(from));
    }

    private static RunState initial(TrainConfig train, MomentLayout moments) {
        float[] theta = HyenaLanguageModel.create(MODEL, 11, 1).parameters();
        TrainingState state = TrainingState.first(theta, moments.secondMoments(), train.innerState());
        return new RunState(0, 0, state, new float[theta.length], List.of());
    }

    private RunMetadata facts(MomentLayout moments) {
        return new RunMetadata(
                "{}", "d", "s", "t", 11, 1, model.table(), moments, new Provenance.Numerics("17", "none", "none", "1"));
    }
}
