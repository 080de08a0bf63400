package io.github.hyenaspark.jobs.prepare;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.hyenaspark.data.prepare.DatasetSpec;
import io.github.hyenaspark.data.prepare.commit.SnapshotCommit;
import io.github.hyenaspark.data.prepare.plan.InputPlan;
import io.github.hyenaspark.data.prepare.unit.UnitWork;
import io.github.hyenaspark.data.prepare.unit.WorkUnit;
import io.github.hyenaspark.data.testing.Nights;
import io.github.hyenaspark.io.Storage;
import io.github.hyenaspark.jobs.testing.MiniHdfs;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FSDataOutputStream;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Thirty nights on HDFS, whose listings tell no checksum; runs end after any of their steps. */
class HdfsNightsIT {
    @Test
    @Tag("process")
    void nothingIsLostAndNothingIsThereTwice() throws IOException {
        MiniHdfs hdfs = MiniHdfs.newFolder();
        String root = hdfs.uri("nights");
        var random = new Random(5);
        try (FileSystem files = FileSystem.newInstance(new Path(root).toUri(), new Configuration())) {
            Storage storage = Storage.of(Map.of());
            new Nights(storage, root, (uri, millis) -> files.setTimes(new Path(uri), millis, -1), 5).live(30, spec -> {
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
    void aFileThatIsStillWrittenWaits() throws IOException {
        MiniHdfs hdfs = MiniHdfs.newFolder();
        String root = hdfs.uri("open");
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
