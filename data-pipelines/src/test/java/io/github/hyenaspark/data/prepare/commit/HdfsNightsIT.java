package io.github.hyenaspark.data.prepare.commit;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.hyenaspark.data.prepare.DatasetSpec;
import io.github.hyenaspark.data.prepare.plan.InputPlan;
import io.github.hyenaspark.data.prepare.unit.UnitWork;
import io.github.hyenaspark.data.prepare.unit.WorkUnit;
import io.github.hyenaspark.data.testing.Nights;
import io.github.hyenaspark.io.Storage;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FSDataOutputStream;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.hdfs.MiniDFSCluster;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Thirty nights on HDFS, whose listings tell no checksum; runs end after any of their steps. */
class HdfsNightsIT {
    @TempDir
    static java.nio.file.Path directory;

    private static MiniDFSCluster hdfs;

    @BeforeAll
    static void start() throws IOException {
        hdfs = new MiniDFSCluster.Builder(new Configuration(), directory.toFile())
                .numDataNodes(1)
                .build();
        hdfs.waitActive();
    }

    @AfterAll
    static void stop() {
        hdfs.shutdown();
    }

    @Test
    @Tag("endurance")
    void nothingIsLostAndNothingIsThereTwice() throws IOException {
        String root = hdfs.getURI() + "/nights";
        var random = new Random(5);
        try (FileSystem files = FileSystem.newInstance(new Path(root).toUri(), new Configuration())) {
            Storage storage = Storage.of(Map.of());
            new Nights(storage, root, (uri, millis) -> files.setTimes(new Path(uri), millis, -1), 5)
                    .live(30, 6, spec -> {
                        for (int attempt = random.nextInt(2); attempt > 0; attempt--) {
                            cutOff(storage, spec, random.nextInt(3));
                        }
                        return Nights.prepare(storage, spec);
                    });
        }
    }

    /** Ends after the plan, after some of its units, or before the snapshot. */
    private static void cutOff(Storage storage, DatasetSpec spec, int steps) throws IOException {
        InputPlan plan = InputPlan.of(storage, spec);
        List<WorkUnit> work = plan.work();
        spec.storeTokenizer(storage);
        for (WorkUnit unit : steps == 0 ? List.<WorkUnit>of() : work.subList(0, work.size() * steps / 2)) {
            UnitWork.run(unit, spec, spec.tokenizer(storage), storage);
        }
        if (steps == 2) {
            SnapshotCommit.open(storage, spec, plan);
        }
    }

    @Test
    @Tag("process")
    void aFileThatIsStillWrittenWaits() throws IOException {
        String root = hdfs.getURI() + "/open";
        Storage storage = Storage.of(Map.of());
        storage.replace(root + "/input/whole.txt", new byte[] {'a'});
        try (FileSystem files = FileSystem.newInstance(new Path(root).toUri(), new Configuration())) {
            DatasetSpec spec = Nights.spec(storage, root);
            try (FSDataOutputStream log = files.create(new Path(root + "/input/log.txt"))) {
                log.write('b');
                log.hsync();
                assertThat(InputPlan.of(storage, spec).left().waiting()).isEqualTo(1);
                assertThat(Nights.prepare(storage, spec).snapshot().counts().documents())
                        .isEqualTo(1);
            }
            assertThat(Nights.prepare(storage, spec).snapshot().counts().documents())
                    .isEqualTo(2);
        }
    }
}
