package io.github.hyenaspark.ml;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.hyenaspark.io.Storage;
import io.github.hyenaspark.io.store.Patience;
import io.github.hyenaspark.testing.MemoryFileSystem;
import io.github.hyenaspark.testing.StoreFault;
import io.github.hyenaspark.testing.StoreFault.Operation;
import java.io.IOException;
import java.net.URI;
import java.util.Map;
import java.util.UUID;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.junit.jupiter.api.Test;

class LabelFitTest {
    /** Such as on NFS while another process reads a file, or where a bucket's policy lets nobody delete. */
    @Test
    void aFittingWhoseFilesCannotBeDeletedIsNotLost() throws IOException {
        Map<String, String> hadoop = Map.of("fs.mem.impl", MemoryFileSystem.class.getName(), Patience.KEY, "0");
        var settings = new Configuration();
        hadoop.forEach(settings::set);
        String fitting = "mem://" + UUID.randomUUID() + "/hyena-fit";
        try (var store = (MemoryFileSystem) FileSystem.get(URI.create(fitting), settings)) {
            Storage storage = Storage.of(hadoop);
            storage.replace(fitting + "/run/result.json", new byte[1]);
            store.inject(StoreFault.before(Operation.DELETE));
            LabelFit.delete(storage, fitting);
            assertThat(store.pendingFaults()).isZero();
            assertThat(storage.exists(fitting + "/run/result.json")).isTrue();
            LabelFit.delete(storage, fitting);
            assertThat(storage.exists(fitting)).isFalse();
        }
    }
}
