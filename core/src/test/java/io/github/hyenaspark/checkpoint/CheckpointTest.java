package io.github.hyenaspark.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.hyenaspark.model.ParameterEntry;
import io.github.hyenaspark.operator.nn.ParameterSpec;
import java.util.List;
import java.util.Map;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

class CheckpointTest {
    private static void refused(ThrowingCallable call, String message) {
        assertThatThrownBy(call).isInstanceOf(IllegalArgumentException.class).hasMessage(message);
    }

    @Test
    void vectorsAreFoundByName() {
        Checkpoint checkpoint = TestCheckpoints.ofRound(2);
        assertThat(checkpoint.vector("first-moment")[5]).isEqualTo(20_205);
        refused(
                () -> checkpoint.vector("third-moment"),
                "the checkpoint of round 2 has no vector third-moment, only [first-moment, outer-momentum,"
                        + " second-moment, theta]");
    }

    @Test
    void everyVectorHasTheElementsOfTheTable() {
        refused(
                () -> TestCheckpoints.ofRound(1, Map.of("theta", new float[20])),
                "vector theta needs the 21 elements of the parameter table, found 20");
        refused(
                () -> TestCheckpoints.ofRound(1, Map.of("first-moment", new float[21])),
                "a checkpoint needs the vector theta, found [first-moment]");
        refused(
                () -> TestCheckpoints.ofRound(1, Map.of("theta", new float[21], "../x", new float[21])),
                "the name of a vector must be like outer-momentum, found \"../x\"");
        refused(
                () -> TestCheckpoints.ofRound(-1),
                "round, tokens and journal bytes of a checkpoint must be 0 or more, found -1, -80 and -100");
    }

    @Test
    void thetaIsWholeAndInTableOrder() {
        var vectors = Map.of("theta", new float[21]);
        refused(
                () -> TestCheckpoints.ofRound(1, vectors, Map.of("theta", TestCheckpoints.TABLE)),
                "only vectors other than theta may have an order of their own, found [theta]");
        refused(
                () -> TestCheckpoints.ofRound(1, vectors, Map.of("first-moment", TestCheckpoints.TABLE)),
                "only vectors other than theta may have an order of their own, found [first-moment]");
    }

    @Test
    void aTableHasNoGaps() {
        refused(
                () -> Checkpoint.parameters(List.of(
                        new ParameterEntry("a", List.of(2), 0, ParameterSpec.Group.BASE),
                        new ParameterEntry("b", List.of(2), 3, ParameterSpec.Group.BASE))),
                "parameter b must begin at element 2 of the table, found 3");
    }
}
