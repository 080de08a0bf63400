package io.github.hyenaspark.jobs.spark;

import static org.assertj.core.api.Assertions.assertThat;

import com.esotericsoftware.kryo.Kryo;
import com.esotericsoftware.kryo.io.Input;
import com.esotericsoftware.kryo.io.Output;
import io.github.hyenaspark.config.Settings;
import io.github.hyenaspark.data.document.Document;
import io.github.hyenaspark.data.prepare.DataConfig;
import io.github.hyenaspark.data.prepare.WorkUnit;
import io.github.hyenaspark.data.shard.DatasetSnapshot;
import io.github.hyenaspark.data.shard.ShardEntry;
import io.github.hyenaspark.data.shard.UnitEntry;
import io.github.hyenaspark.data.shard.Vocabulary;
import io.github.hyenaspark.model.LossSum;
import io.github.hyenaspark.model.ModelConfig;
import io.github.hyenaspark.train.RoundResult;
import io.github.hyenaspark.train.TrainConfig;
import io.github.hyenaspark.train.TrainingState;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class KryoRegistrationTest {
    private static final Settings SETTINGS = Settings.load(List.of("data.validation-documents=[a.txt]"));

    private static Kryo kryo() {
        var kryo = new Kryo();
        kryo.setRegistrationRequired(true);
        new KryoRegistration().registerClasses(kryo);
        return kryo;
    }

    /** Between two instances, as between two JVMs. */
    private static Object throughWire(Object value) {
        var output = new Output(256, 1 << 20);
        kryo().writeClassAndObject(output, value);
        return kryo().readClassAndObject(new Input(output.toBytes()));
    }

    @Test
    void thePlanOfARunSurvives() {
        var snapshot = new DatasetSnapshot(
                1,
                "",
                "f",
                Map.of("unit-bytes", "1"),
                new Vocabulary("bytes", "f", 256, 255),
                List.of(new UnitEntry("u", 1, 0, "d")),
                List.of(new ShardEntry("train/a.bin", new ShardEntry.Facts(8, "a", 9, "b"), 1, 8, 7)));
        var plan = new TrainingPlan(
                SETTINGS.bind("model", ModelConfig.class),
                SETTINGS.bind("train", TrainConfig.class),
                snapshot,
                "hdfs://h/d");
        assertThat(throughWire(plan)).isEqualTo(plan);
    }

    @Test
    void aWorkersRoundSurvivesBitForBit() {
        var state = new TrainingState(new float[] {1, -0f, 3e-40f}, new float[3], new float[] {7, 8, 9});
        var sent = new WorkerRound(new RoundResult(1, state, 10, 2.5, 0.5), new TaskPlace("0", "host", 1), 3, 4);
        var back = (WorkerRound) throughWire(sent);
        assertThat(back.result().state().theta()).containsExactly(state.theta());
        assertThat(back.result().state().secondMoment()).containsExactly(state.secondMoment());
        assertThat(back.result().lossSum()).isEqualTo(2.5);
        assertThat(back.place()).isEqualTo(sent.place());
    }

    @Test
    void heldOutLossesSurvive() {
        var loss = new ChunkLoss(3, new LossSum(2.5, 7));
        assertThat((ChunkLoss[]) throughWire(new ChunkLoss[] {loss})).containsExactly(loss);
    }

    @Test
    void workUnitsAndTheirSettingsSurvive() {
        var unit = new WorkUnit(List.of(new Document("0", "a.txt", "file:/a.txt", 5, 6)));
        assertThat(throughWire(unit)).isEqualTo(unit);
        DataConfig config = SETTINGS.bind("data", DataConfig.class);
        assertThat(throughWire(config)).isEqualTo(config);
    }
}
