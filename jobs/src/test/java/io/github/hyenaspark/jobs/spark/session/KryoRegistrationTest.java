package io.github.hyenaspark.jobs.spark.session;

import static org.assertj.core.api.Assertions.assertThat;

import com.esotericsoftware.kryo.Kryo;
import com.esotericsoftware.kryo.io.Input;
import com.esotericsoftware.kryo.io.Output;
import io.github.hyenaspark.checkpoint.VectorFile;
import io.github.hyenaspark.config.Settings;
import io.github.hyenaspark.data.batch.PackingConfig;
import io.github.hyenaspark.data.document.InputFile;
import io.github.hyenaspark.data.document.InputFile.Slice;
import io.github.hyenaspark.data.prepare.DataConfig;
import io.github.hyenaspark.data.prepare.DatasetSpec;
import io.github.hyenaspark.data.prepare.commit.DatasetVerification.Faults;
import io.github.hyenaspark.data.prepare.duplicate.DuplicateSearch;
import io.github.hyenaspark.data.prepare.unit.WorkUnit;
import io.github.hyenaspark.data.shard.ObjectRef;
import io.github.hyenaspark.data.shard.ShardEntry;
import io.github.hyenaspark.data.shard.Split;
import io.github.hyenaspark.data.shard.Vocabulary;
import io.github.hyenaspark.data.shard.snapshot.DatasetSnapshot;
import io.github.hyenaspark.data.shard.snapshot.KeyRun;
import io.github.hyenaspark.data.shard.snapshot.Segment;
import io.github.hyenaspark.data.shard.snapshot.Totals;
import io.github.hyenaspark.data.shard.snapshot.UnitEntry;
import io.github.hyenaspark.jobs.spark.evaluation.EvaluationTask;
import io.github.hyenaspark.jobs.spark.prepare.SparkVerification;
import io.github.hyenaspark.jobs.spark.run.BroadcastState;
import io.github.hyenaspark.jobs.spark.run.RunState;
import io.github.hyenaspark.jobs.spark.run.TrainingPlan;
import io.github.hyenaspark.jobs.spark.task.ExecutorState.BatchSource;
import io.github.hyenaspark.jobs.spark.task.ExecutorState.ModelUse;
import io.github.hyenaspark.jobs.spark.task.MachineNumerics.Fingerprint;
import io.github.hyenaspark.jobs.spark.worker.DistributedAverage;
import io.github.hyenaspark.jobs.spark.worker.WorkerRound;
import io.github.hyenaspark.jobs.spark.worker.WorkerRound.TaskPlace;
import io.github.hyenaspark.jobs.spark.worker.WorkerRound.WorkerTimes;
import io.github.hyenaspark.model.LossSum;
import io.github.hyenaspark.model.ModelConfig;
import io.github.hyenaspark.train.LocalTrainer;
import io.github.hyenaspark.train.averaging.Averaging;
import io.github.hyenaspark.train.averaging.EncodedUpdate;
import io.github.hyenaspark.train.codec.Codec;
import io.github.hyenaspark.train.codec.Codec.EncodedVector;
import io.github.hyenaspark.train.config.TrainConfig;
import io.github.hyenaspark.train.optim.TrainingState;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

class KryoRegistrationTest {
    private static final Settings SETTINGS = Settings.load(List.of("data.validation-documents=[a.txt]"));

    private static Kryo kryo() {
        var kryo = new Kryo();
        kryo.setRegistrationRequired(true);
        new KryoRegistration().registerClasses(kryo);
        return kryo;
    }

    private static final VectorFile KEPT = new VectorFile("worker-1", "data/x/worker-1.safetensors", 5, 6, "7");

    private static final UnitEntry UNIT = new UnitEntry(
            "u",
            "d",
            new UnitEntry.Counts(1, 2, 3, 4, 5),
            List.of(new ShardEntry(
                    new ObjectRef("train/a.bin", 8, "a"),
                    new ObjectRef("train/a.idx", 9, "b"),
                    new ObjectRef("train/a.crc", 4, "c"),
                    1,
                    8,
                    7)),
            List.of(new ObjectRef("docs/part-u-0.parquet", 10, "d")));

    /** Between two instances, as between two JVMs. */
    private static Object throughWire(Object value) {
        var output = new Output(256, 1 << 20);
        kryo().writeClassAndObject(output, value);
        return kryo().readClassAndObject(new Input(output.toBytes()));
    }

    @Test
    void thePlanOfARunSurvives() {
        var snapshot = new DatasetSnapshot.Ref("hdfs://h/d", 1, "a", new Vocabulary("bytes", "f", 256, 255, -1), 5, 6);
        var plan = new TrainingPlan(
                SETTINGS.bind("model", ModelConfig.class),
                SETTINGS.bind("train", TrainConfig.class),
                snapshot,
                new PackingConfig(PackingConfig.Strategy.BEST_FIT, 64),
                "hdfs://h/r");
        assertThat(throughWire(plan)).isEqualTo(plan);
    }

    @Test
    void aStateThatIsSentSurvivesBitForBit() {
        var train = SETTINGS.bind("train", TrainConfig.class);
        var state = new TrainingState(new float[] {1, -0f, 3e-40f}, new float[3], new float[] {7, 8, 9});
        var run = new RunState(4, 10, state, new float[3], List.of(KEPT));
        BroadcastState sent = BroadcastState.of(train, run, "series", "data/x");
        var back = (BroadcastState) throughWire(sent);
        assertThat(back.state().theta()).containsExactly(state.theta());
        assertThat(back.state().secondMoment()).containsExactly(state.secondMoment());
        assertThat(back.kept(1)).contains(KEPT);
        assertThat(back.kept(0)).isEmpty();
        assertThat(back.round()).isEqualTo(4);
    }

    @Test
    void aWorkersRoundSurvivesBitForBit() {
        var frames = new EncodedUpdate(
                0,
                EncodedVector.ofFrame(Codec.INT8, 2, new byte[] {1, -2}),
                EncodedVector.empty(Codec.BF16),
                EncodedVector.of(Codec.FP32, new float[] {3}));
        var sent = new WorkerRound(
                new LocalTrainer.WorkerReport(1, 2, 10, 2.5, 0.5, 0.25),
                frames,
                12,
                2,
                1,
                KEPT,
                new TaskPlace("0", "host", 1, new Fingerprint(1, "17", "scalar", "a processor")),
                new WorkerTimes(2, 3, 4, 5));
        var back = (WorkerRound) throughWire(sent);
        assertThat(back.frames().orElseThrow().parameters().frame()).containsExactly(1, -2);
        assertThat(back.frames().orElseThrow().secondMoment().floats()).containsExactly(3);
        assertThat(back.withoutFrames()).isEqualTo(sent.withoutFrames());
        assertThat(((WorkerRound) throughWire(sent.withoutFrames())).frames()).isEmpty();
    }

    @Test
    void averagesSurvive() {
        var averaged = new Averaging.AveragedState(1024, new float[] {1, -0f}, new float[0], new float[0]);
        var range = new DistributedAverage.AveragedRange(3, averaged);
        var sent =
                ((DistributedAverage.AveragedRange[]) throughWire(new DistributedAverage.AveragedRange[] {range}))[0];
        assertThat(sent.contract()).isEqualTo(3);
        assertThat(sent.averaged().parameters()).containsExactly(1, -0f);
        var back = ((Averaging.AveragedState[]) throughWire(new Averaging.AveragedState[] {averaged}))[0];
        assertThat(back.from()).isEqualTo(1024);
        assertThat(back.parameters()).containsExactly(1, -0f);
    }

    @Test
    void heldOutLossesSurvive() {
        var loss = new LossSum.ByPosition(List.of(new LossSum(2.5, 7)));
        assertThat((LossSum.ByPosition[]) throughWire(new LossSum.ByPosition[] {loss}))
                .containsExactly(loss);
    }

    @Test
    void anEvaluationSurvives() {
        var snapshot = new DatasetSnapshot.Ref("hdfs://h/d", 1, "a", new Vocabulary("bytes", "f", 256, 255, -1), 5, 6);
        var packing = new PackingConfig(PackingConfig.Strategy.SINGLE, 64);
        var plan = new EvaluationTask.Plan(
                new ModelUse(SETTINGS.bind("model", ModelConfig.class), 256, "none", 1),
                new BatchSource(snapshot, Split.TRAIN, packing, 10),
                4);
        assertThat(throughWire(plan)).isEqualTo(plan);
        var loss = new LossSum.ByPosition(List.of(new LossSum(2.5, 7)));
        var losses = new EvaluationTask.ChunkLosses(
                loss, LossSum.ByPosition.ZERO, new double[] {2, 0.5}, new int[] {6, 1}, new byte[] {
                    0, EvaluationTask.ChunkLosses.RIGHT
                });
        var back = ((EvaluationTask.ChunkLosses[]) throughWire(new EvaluationTask.ChunkLosses[] {losses}))[0];
        assertThat(back.all()).isEqualTo(loss);
        assertThat(back.nats()).containsExactly(2, 0.5);
        assertThat(back.tokens()).containsExactly(6, 1);
        assertThat((float[]) throughWire(new float[] {1, -0f})).containsExactly(1, -0f);
    }

    @Test
    void workUnitsAndTheirRecipeSurvive() {
        var unit = new WorkUnit(List.of(new Slice(new InputFile("a.txt", "file:/a.txt", 5, 6, ""), 1, 5)));
        assertThat(throughWire(unit)).isEqualTo(unit);
        DataConfig config = SETTINGS.bind("data", DataConfig.class);
        var recipe = new DatasetSpec(config, new Vocabulary("bytes", "f", 256, 255, -1), "", "");
        assertThat(throughWire(recipe)).isEqualTo(recipe);
        var segment = new Segment.Entry(UNIT.objects().get(0), List.of(3), null, Totals.of(UNIT));
        var search = new DuplicateSearch(
                recipe,
                List.of(segment),
                List.of(new KeyRun(List.of("s"), List.of(UNIT.objects().get(0)))),
                Set.of(0));
        assertThat(throughWire(search)).isEqualTo(search);
        var units = new DuplicateSearch.Units(0, 1, 2);
        assertThat(throughWire(units)).isEqualTo(units);
        DuplicateSearch.Marked[] marked = {new DuplicateSearch.Marked(0, segment)};
        assertThat((Object[]) throughWire(marked)).containsExactly((Object[]) marked);
    }

    @Test
    void objectsToVerifyAndTheirFaultsSurvive() {
        var portion = new SparkVerification.Portion(3, UNIT.objects());
        assertThat(throughWire(portion)).isEqualTo(portion);
        Faults faults = Faults.of(4, List.of(Optional.of("gone")));
        assertThat(throughWire(faults)).isEqualTo(faults);
    }
}
