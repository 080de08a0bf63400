package io.github.hyenaspark.jobs.spark.task;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.hyenaspark.config.Settings;
import io.github.hyenaspark.model.HyenaLanguageModel;
import io.github.hyenaspark.model.ModelConfig;
import java.util.List;
import org.junit.jupiter.api.Test;

class ModelPoolTest {
    private static ModelPool.ModelUse use(int width) {
        Settings settings = Settings.load(
                List.of("model.d-model=" + width, "model.n-layer=1", "model.l-max=8", "model.filter.width=4"));
        return new ModelPool.ModelUse(settings.bind("model", ModelConfig.class), 16, "none", 1);
    }

    private static HyenaLanguageModel usedOnce(ModelPool.ModelUse use) {
        ModelPool pooled = ModelPool.borrow(use);
        pooled.giveBack();
        return pooled.model();
    }

    @Test
    void twoModelsInTurnKeepTheirNetworks() {
        HyenaLanguageModel first = usedOnce(use(8));
        HyenaLanguageModel second = usedOnce(use(16));
        assertThat(usedOnce(use(8))).isSameAs(first);
        assertThat(usedOnce(use(16))).isSameAs(second);
    }

    @Test
    void tasksAtOnceHaveEachTheirOwn() {
        ModelPool one = ModelPool.borrow(use(8));
        ModelPool other = ModelPool.borrow(use(8));
        assertThat(one.model()).isNotSameAs(other.model());
        one.giveBack();
        assertThat(ModelPool.borrow(use(8)).model()).isSameAs(one.model());
    }

    @Test
    void ofManyModelsThoseOfLongAgoAreLetGo() {
        HyenaLanguageModel first = usedOnce(use(8));
        for (int n = 2; n <= 3; n++) {
            usedOnce(use(8 * n));
        }
        assertThat(usedOnce(use(8))).isNotSameAs(first);
    }
}
