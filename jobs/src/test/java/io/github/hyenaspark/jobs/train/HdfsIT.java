package io.github.hyenaspark.jobs.train;

import static io.github.hyenaspark.jobs.testing.SmallRun.hyena;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.hyenaspark.jobs.testing.MiniHdfs;
import io.github.hyenaspark.jobs.testing.SmallRun;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Corpus, dataset and run on an HDFS in this process. */
class HdfsIT {
    @Test
    void aRunOnHdfsThatWasStoppedEndsWithTheBitsOfOneOnDisk(@TempDir Path directory) throws IOException {
        String dataset = SmallRun.prepare(directory);
        String onDisk = hyena("local[2]", "train", "data.dataset=" + dataset, "run.dir=" + directory.resolve("run"))
                .theta();
        assertThat(onHdfs(MiniHdfs.newFolder(), directory.resolve("corpus"))).isEqualTo(onDisk);
    }

    private static String onHdfs(MiniHdfs hdfs, Path corpus) throws IOException {
        hdfs.copyIn(corpus, "corpus");
        String[] places = {
            "data.input=" + hdfs.uri("corpus"), "data.dataset=" + hdfs.uri("dataset"), "run.dir=" + hdfs.uri("run")
        };
        hyena("local[2]", "prepare", places).json();
        String half = hyena("local[2]", "train", places[1], places[2], "run.stop-after-rounds=3")
                .theta();
        assertThat(hdfs.exists("run/loss.png")).isTrue();
        assertThat(hdfs.exists("run/report.html")).isTrue();
        String whole = hyena("local[2]", "train", places[1], places[2]).theta();
        assertThat(whole).isNotEqualTo(half);
        return whole;
    }
}
