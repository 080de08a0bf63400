package io.github.hyenaspark.jobs;

import static io.github.hyenaspark.jobs.SmallRun.hyena;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.hdfs.MiniDFSCluster;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Corpus, dataset and run on an HDFS in this process. */
class HdfsIT {
    @Test
    void aRunOnHdfsThatWasStoppedEndsWithTheBitsOfOneOnDisk(@TempDir Path directory) throws IOException {
        String dataset = SmallRun.prepare(directory);
        String onDisk = hyena("local[2]", "train", "data.dataset=" + dataset, "run.dir=" + directory.resolve("run"))
                .theta();
        try (MiniDFSCluster cluster = new MiniDFSCluster.Builder(
                        new Configuration(), directory.resolve("hdfs").toFile())
                .numDataNodes(1)
                .build()) {
            cluster.waitActive();
            assertThat(onHdfs(cluster, directory.resolve("corpus"))).isEqualTo(onDisk);
        }
    }

    private static String onHdfs(MiniDFSCluster cluster, Path corpus) throws IOException {
        String root = cluster.getURI().toString();
        FileSystem hdfs = cluster.getFileSystem();
        hdfs.copyFromLocalFile(
                new org.apache.hadoop.fs.Path(corpus.toUri()), new org.apache.hadoop.fs.Path(root + "/corpus"));
        String[] places = {
            "data.input=" + root + "/corpus", "data.dataset=" + root + "/dataset", "run.dir=" + root + "/run"
        };
        hyena("local[2]", "prepare", places).json();
        String half = hyena("local[2]", "train", places[1], places[2], "run.stop-after-rounds=3")
                .theta();
        assertThat(hdfs.exists(new org.apache.hadoop.fs.Path(root + "/run/loss.png")))
                .isTrue();
        String whole = hyena("local[2]", "train", places[1], places[2]).theta();
        assertThat(whole).isNotEqualTo(half);
        return whole;
    }
}
