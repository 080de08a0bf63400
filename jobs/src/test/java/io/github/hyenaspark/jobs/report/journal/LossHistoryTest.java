package io.github.hyenaspark.jobs.report.journal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.hyenaspark.io.Json;
import io.github.hyenaspark.jobs.report.journal.Journal.LossHistory;
import java.util.List;
import org.junit.jupiter.api.Test;

class LossHistoryTest {
    private final LossHistory history = new LossHistory();

    @Test
    void itsListsGrowWithItAndCannotBeChanged() {
        List<LossHistory.LossPoint> train = history.train();
        List<LossHistory.LossPoint> heldOut = history.heldOut();
        history.add(Json.object().put("tokens", 10).put("loss", 4.5).put("steps", 2));
        history.add(Json.object()
                .put("tokens", 20)
                .put("loss", 3.5)
                .put("held_out_loss", 5.0)
                .put("held_out_tokens", 7)
                .put("steps", 4)
                .set("ms", Json.object().put("held_out", 30)));
        assertThat(train).containsExactly(new LossHistory.LossPoint(10, 4.5), new LossHistory.LossPoint(20, 3.5));
        assertThat(heldOut).containsExactly(new LossHistory.LossPoint(20, 5));
        assertThatThrownBy(() -> train.add(new LossHistory.LossPoint(30, 1)))
                .isInstanceOf(UnsupportedOperationException.class);
        assertThat(history.steps()).isEqualTo(4);
        history.add(Json.object().put("tokens", 30).set("ms", Json.object().put("held_out", 12)));
        assertThat(history.heldOutTokens()).isEqualTo(7);
        assertThat(history.heldOutMillis()).isEqualTo(42);
    }
}
