package io.github.hyenaspark.train.optim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.github.hyenaspark.product.HeapFloats;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

class GradientClipTest {
    @Test
    void aLongGradientIsScaledToTheLimit() {
        float[] gradients = {3, 0, -4};
        assertThat(new GradientClip(2).clip(new HeapFloats(gradients))).isEqualTo(5.0);
        float factor = (float) (2 / (5 + 1e-6));
        assertThat(gradients).containsExactly(3 * factor, 0f, -4 * factor);
        assertThat(GradientClip.norm(new HeapFloats(gradients))).isLessThan(2).isCloseTo(2, within(1e-6));
    }

    @Test
    void aShortGradientKeepsItsBits() {
        float[] gradients = {0.3f, -0.4f, 1e-30f};
        float[] before = gradients.clone();
        new GradientClip(1).clip(new HeapFloats(gradients));
        assertThat(gradients).isEqualTo(before);
    }

    /** At exactly the limit the 1e-6 of PyTorch's rule scales already. */
    @Test
    void theRuleIsPyTorchs() {
        float[] gradients = {1};
        new GradientClip(1).clip(new HeapFloats(gradients));
        assertThat(gradients[0]).isEqualTo((float) (1 / (1 + 1e-6)));
    }

    @Test
    void limitZeroMeasuresOnly() {
        float[] gradients = {3000, 4000};
        assertThat(new GradientClip(0).clip(new HeapFloats(gradients))).isEqualTo(5000.0);
        assertThat(gradients).containsExactly(3000f, 4000f);
    }

    /** In float the sum would stay at 4096² = 2^24: a further 1 is half a unit in the last place. */
    @Test
    void theNormIsAddedUpInDouble() {
        float[] gradients = new float[1001];
        Arrays.fill(gradients, 1);
        gradients[0] = 4096;
        assertThat(GradientClip.norm(new HeapFloats(gradients))).isEqualTo(Math.sqrt((1 << 24) + 1000));
    }

    @Test
    void whatIsNotFiniteStaysVisible() {
        float[] gradients = {1, Float.NaN};
        assertThat(new GradientClip(1).clip(new HeapFloats(gradients))).isNaN();
        assertThat(gradients[1]).isNaN();
        float[] infinite = {1, Float.POSITIVE_INFINITY};
        assertThat(new GradientClip(1).clip(new HeapFloats(infinite))).isInfinite();
        assertThat(infinite[1]).isNaN();
    }

    @Test
    void refusesANegativeLimit() {
        assertThatThrownBy(() -> new GradientClip(-1))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("train.clip-norm must be a number of at least 0, found -1.0");
    }
}
