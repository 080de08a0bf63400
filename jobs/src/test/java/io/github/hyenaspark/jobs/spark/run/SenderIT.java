package io.github.hyenaspark.jobs.spark.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.hyenaspark.jobs.spark.session.KryoRegistration;
import io.github.hyenaspark.train.config.TrainConfigDraft;
import io.github.hyenaspark.train.optim.TrainingState;
import java.util.List;
import org.apache.spark.SparkConf;
import org.apache.spark.SparkException;
import org.apache.spark.api.java.JavaSparkContext;
import org.junit.jupiter.api.Test;

/** {@link BroadcastState.Sender} in a context of its own. */
class SenderIT {
    private static RunState state(long round) {
        float[] theta = {round, 2, 3};
        return new RunState(round, 0, TrainingState.initial(theta), new float[3], List.of());
    }

    private static List<Float> first(JavaSparkContext context, BroadcastState.Handle sent) {
        return context.parallelize(List.of(0, 1), 2)
                .map(task -> sent.value().theta()[0])
                .collect();
    }

    @Test
    void aStateIsSentOnceAndForgottenWhenTheNextOneIsSent() {
        var settings = new SparkConf()
                .setMaster("local[2]")
                .setAppName("sender")
                .set("spark.ui.enabled", "false")
                .set("spark.driver.host", "127.0.0.1")
                .set("spark.driver.bindAddress", "127.0.0.1")
                .set("spark.serializer", "org.apache.spark.serializer.KryoSerializer")
                .set("spark.kryo.registrator", KryoRegistration.class.getName());
        try (JavaSparkContext context = new JavaSparkContext(settings);
                var sender = new BroadcastState.Sender(context, new TrainConfigDraft().config(), 1)) {
            RunState zero = state(0);
            BroadcastState sent = sender.send(zero);
            BroadcastState.Handle handle = sender.broadcast(zero);
            assertThat(sender.send(zero)).isSameAs(sent);
            assertThat(sender.broadcast(zero)).isEqualTo(handle);
            assertThat(first(context, handle)).containsExactly(0f, 0f);

            BroadcastState.Handle next = sender.broadcast(state(1));
            assertThat(first(context, next)).containsExactly(1f, 1f);
            assertThatThrownBy(() -> first(context, handle)).isInstanceOf(SparkException.class);
        }
    }
}
