package io.github.hyenaspark.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;

class ProductBenchmarkTest {
    @Test
    void thereAreThirtyFourProductsOfLayers() {
        assertThat(ProductBenchmark.layers()).hasSize(34).doesNotHaveDuplicates();
    }

    @Test
    void measuresBothKernelsAndOpenBlas() throws IOException {
        var shape = new ProductBenchmark.Shape("dW", 70, 60, 50, true, true);
        List<ProductBenchmark.Rates> found = ProductBenchmark.run(List.of(shape), 2);
        assertThat(found).hasSize(1);
        assertThat(found.get(0).shape()).isEqualTo(shape);
        assertThat(found.get(0).ours()).isPositive();
        assertThat(found.get(0).scalar()).isPositive();
        assertThat(found.get(0).openBlas()).isPositive();
    }

    @Test
    void ratiosAreAveragedGeometrically() {
        var shape = new ProductBenchmark.Shape("Y", 1, 1, 1, false, false);
        List<ProductBenchmark.Rates> rates =
                List.of(new ProductBenchmark.Rates(shape, 4, 2, 1), new ProductBenchmark.Rates(shape, 1, 1, 1));
        assertThat(ProductBenchmark.mean(rates, ProductBenchmark.Rates::ratio)).isCloseTo(2, within(1e-12));
        assertThat(ProductBenchmark.mean(rates, ProductBenchmark.Rates::scalarRatio))
                .isCloseTo(Math.sqrt(2), within(1e-12));
    }
}
