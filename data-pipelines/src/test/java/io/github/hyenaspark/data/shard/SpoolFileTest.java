package io.github.hyenaspark.data.shard;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SpoolFileTest {
    @TempDir
    Path directory;

    @Test
    void temporaryFilesLieWhereSparkKeepsItsOwn() {
        Path elsewhere = Path.of(System.getProperty("java.io.tmpdir"));
        String missing = directory.resolve("missing").toString();
        assertThat(SpoolFile.directory(Map.of("SPARK_LOCAL_DIRS", missing + "," + directory)))
                .isEqualTo(directory);
        assertThat(SpoolFile.directory(Map.of("LOCAL_DIRS", directory.toString(), "SPARK_LOCAL_DIRS", missing)))
                .as("of a container of YARN")
                .isEqualTo(directory);
        assertThat(SpoolFile.directory(Map.of("SPARK_EXECUTOR_DIRS", missing))).isEqualTo(elsewhere);
        assertThat(SpoolFile.directory(Map.of())).isEqualTo(elsewhere);
    }
}
