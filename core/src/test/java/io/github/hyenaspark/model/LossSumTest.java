package io.github.hyenaspark.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

class LossSumTest {
    @Test
    void sumsAddUp() {
        assertThat(new LossSum(3, 2).plus(new LossSum(1.5, 7))).isEqualTo(new LossSum(4.5, 9));
    }

    @Test
    void bitsAreOfBytesNotOfTokens() {
        var loss = new LossSum(8 * Math.log(2), 4); // two bits a token
        assertThat(loss.mean() / Math.log(2)).isCloseTo(2, within(1e-15));
        assertThat(loss.bitsPerByte(16)).isCloseTo(0.5, within(1e-15));
    }

    @Test
    void theMeanOfAllTokensGivesTheSameBits() {
        var loss = new LossSum(154653.19209256378, 120_732);
        assertThat(loss.bitsPerByte(98_765)).isEqualTo(LossSum.bitsPerByte(loss.mean(), 120_732.0 / 98_765));
    }

    @Test
    void noTokensHaveNoLoss() {
        assertThat(LossSum.ZERO.mean()).isNaN();
        assertThat(LossSum.ZERO.bitsPerByte(10)).isNaN();
    }
}
