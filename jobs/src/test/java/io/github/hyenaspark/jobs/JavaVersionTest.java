package io.github.hyenaspark.jobs;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class JavaVersionTest {
    @Test
    void thisJavaWillDo() {
        assertThat(Main.JavaVersion.refusal()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({"17, 3.5.9", "21, 3.5.9", "22, 3.5.9", "17, 4.1.3", "21, 4.1.3", "25, 4.2.0", "25, 10.0.0"})
    void aJavaThatSparkRunsOnWillDo(int java, String spark) {
        assertThat(Main.JavaVersion.refusal(java, spark)).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({"23, 3.5.9", "25, 3.5.9", "25, 4.1.3", "26, 4.2.0"})
    void anotherIsRefusedInASentence(int java, String spark) {
        assertThat(Main.JavaVersion.refusal(java, spark))
                .contains("Spark " + spark + " does not run on Java " + java + ": set JAVA_HOME to a Java 17 or 21");
    }
}
