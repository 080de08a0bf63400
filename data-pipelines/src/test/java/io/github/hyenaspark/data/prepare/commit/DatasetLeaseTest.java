package io.github.hyenaspark.data.prepare.commit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.hyenaspark.io.LockedException;
import io.github.hyenaspark.io.Storage;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DatasetLeaseTest {
    @TempDir
    Path dataset;

    @Test
    void onlyOneHoldsIt() throws IOException {
        Storage storage = Storage.local();
        try (var held = DatasetLease.take(storage, dataset.toString())) {
            assertThat(held).isNotNull();
            assertThatThrownBy(() -> DatasetLease.take(storage, dataset.toString()))
                    .isInstanceOf(LockedException.class)
                    .hasMessageStartingWith(
                            "another run is preparing this dataset: found its lease " + dataset + "/lease.json {")
                    .hasMessageEndingWith(
                            "}, expected none; wait for it, or delete the file if that run is certainly gone");
        }
        assertThat(dataset).isEmptyDirectory();
        DatasetLease.take(storage, dataset.toString()).close();
    }

    @Test
    void theLeaseOfADeadProcessIsTakenOver() throws Exception {
        Process dead = new ProcessBuilder("true").start();
        dead.waitFor();
        Files.writeString(
                dataset.resolve("lease.json"),
                "{\"owner\":\"x\",\"host\":\"" + InetAddress.getLocalHost().getHostName() + "\",\"pid\":" + dead.pid()
                        + ",\"renewals\":3}");

        try (var held = DatasetLease.take(Storage.local(), dataset.toString())) {
            assertThat(held).isNotNull();
            assertThat(Files.readString(dataset.resolve("lease.json")))
                    .contains("\"pid\" : " + ProcessHandle.current().pid());
        }
    }
}
