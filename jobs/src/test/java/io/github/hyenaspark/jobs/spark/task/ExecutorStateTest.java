package io.github.hyenaspark.jobs.spark.task;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.hyenaspark.config.Settings;
import io.github.hyenaspark.data.token.Tokenizer;
import io.github.hyenaspark.jobs.spark.task.ExecutorState.ModelUse;
import io.github.hyenaspark.jobs.spark.task.TaskCache.IdlePool;
import io.github.hyenaspark.model.HyenaLanguageModel;
import io.github.hyenaspark.model.ModelConfig;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.Test;

class ExecutorStateTest {
    private final ExecutorState executor = new ExecutorState(Optional.empty());

    private static ModelUse use(int width) {
        Settings settings = Settings.load(
                List.of("model.d-model=" + width, "model.n-layer=1", "model.l-max=8", "model.filter.width=4"));
        return new ModelUse(settings.bind("model", ModelConfig.class), 16, "none", 1);
    }

    private HyenaLanguageModel usedOnce(ModelUse use) {
        HyenaLanguageModel model = executor.borrow(use);
        executor.giveBack(use, model);
        return model;
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
        HyenaLanguageModel one = executor.borrow(use(8));
        assertThat(executor.borrow(use(8))).isNotSameAs(one);
        executor.giveBack(use(8), one);
        assertThat(executor.borrow(use(8))).isSameAs(one);
    }

    @Test
    void theModelsOfUsesOfLongAgoAreReleased() {
        HyenaLanguageModel first = usedOnce(use(8));
        for (int n = 2; n <= ExecutorState.MOST_MODELS + 1; n++) {
            usedOnce(use(8 * n));
        }
        assertThat(usedOnce(use(8))).isNotSameAs(first);
    }

    @Test
    void aTokenizerIsReadOnceAndKnownByItsFingerprintAlone() throws Exception {
        Tokenizer bytes = Tokenizer.of("bytes");
        Tokenizer first = executor.tokenizer(bytes.fingerprint(), "bytes", bytes.file());
        assertThat(executor.tokenizer(bytes.fingerprint(), "bytes", new byte[0]))
                .isSameAs(first);
    }

    @Test
    void whatIsReleasedIsReleasedOnce() {
        List<String> released = new ArrayList<>();
        var pool = new IdlePool<String, String>(1, released::add);
        assertThat(pool.take("a")).isEmpty();
        pool.giveBack("a", "one");
        pool.giveBack("a", "two");
        assertThat(pool.take("a")).hasValue("two");
        assertThat(pool.take("b")).isEmpty();
        assertThat(released).containsExactly("one");
        pool.giveBack("a", "two"); // its key was dropped meanwhile
        pool.giveBack("b", "three");
        pool.clear();
        assertThat(released).containsExactly("one", "two", "three");
    }

    @Test
    void aClosedStateIsReplacedByTheNextOne() {
        ExecutorState here = ExecutorState.ofThisProcess();
        assertThat(ExecutorState.ofThisProcess()).isSameAs(here);
        executor.close();
        assertThat(ExecutorState.ofThisProcess()).isSameAs(here);
        here.close();
        assertThat(ExecutorState.ofThisProcess()).isNotSameAs(here);
    }

    /** On a standalone cluster, whose workers may not know the driver's folder. */
    @Test
    void settingsOfTheDriversFilesLieBeneathThoseOfOwnFiles() {
        Configuration driver = files("fs.s3a.endpoint", "http://store", "fs.defaultFS", "hdfs://name-service");
        Map<String, String> all = SparkStorage.setByFiles(driver);
        assertThat(all)
                .containsEntry("fs.s3a.endpoint", "http://store")
                .containsEntry("fs.defaultFS", "hdfs://name-service")
                .doesNotContainKey("io.file.buffer.size");
        assertThat(SparkStorage.missing(all, files("fs.defaultFS", "hdfs://own")))
                .containsEntry("fs.s3a.endpoint", "http://store")
                .doesNotContainKey("fs.defaultFS");
    }

    private static Configuration files(String... settings) {
        var xml = new StringBuilder("<configuration>");
        for (int i = 0; i < settings.length; i += 2) {
            xml.append("<property><name>").append(settings[i]);
            xml.append("</name><value>").append(settings[i + 1]).append("</value></property>");
        }
        var configuration = new Configuration();
        byte[] bytes = xml.append("</configuration>").toString().getBytes(StandardCharsets.UTF_8);
        configuration.addResource(new ByteArrayInputStream(bytes), "core-site.xml");
        return configuration;
    }
}
