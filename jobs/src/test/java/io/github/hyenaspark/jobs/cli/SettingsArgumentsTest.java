package io.github.hyenaspark.jobs.cli;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;

class SettingsArgumentsTest {
    private static final String PROPERTY = "spark.hadoop.hyena.store-patience-seconds";

    @AfterEach
    void forget() {
        System.clearProperty(PROPERTY);
    }

    /** Hadoop's settings have it, and Spark sends those to executors. */
    @Test
    void storesAreWaitedForAsTheSettingsSay() {
        CommandLine.populateCommand(new SettingsArguments(), "run.store-patience-seconds=7")
                .load();
        assertThat(System.getProperty(PROPERTY)).isEqualTo("7");
    }
}
