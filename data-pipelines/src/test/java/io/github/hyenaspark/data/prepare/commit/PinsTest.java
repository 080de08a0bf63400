package io.github.hyenaspark.data.prepare.commit;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.hyenaspark.data.TestCorpus;
import io.github.hyenaspark.data.shard.snapshot.DatasetSnapshot;
import io.github.hyenaspark.io.FileInfo;
import io.github.hyenaspark.io.Json;
import io.github.hyenaspark.io.Storage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.Consumer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Whether the run of a pin is gone, seen from the machine where expire runs. */
class PinsTest {
    @TempDir
    Path directory;

    private final Storage storage = Storage.local();
    private String dataset = "";
    private DatasetSnapshot snapshot;

    @BeforeEach
    void prepare() throws IOException {
        var corpus = new TestCorpus(directory).add("a.txt", "a text");
        dataset = corpus.dataset().toString();
        snapshot = corpus.prepare(corpus.config()).snapshot();
    }

    private boolean holds(String run, Consumer<ObjectNode> change) throws IOException {
        storage.delete(dataset + "/pins");
        Pins.write(storage, dataset, snapshot, run);
        for (FileInfo pin : storage.list(dataset + "/pins")) {
            ObjectNode json = (ObjectNode) Json.parse(pin.uri(), storage.read(pin.uri()));
            change.accept(json);
            storage.replace(pin.uri(), Json.bytes(json));
        }
        return Pins.snapshots(storage, dataset).contains(snapshot.number());
    }

    @Test
    void aRunOnThisMachineHoldsUntilItsDirectoryIsGone() throws IOException {
        assertThat(holds("file:" + Files.createDirectories(directory.resolve("run")), pin -> {}))
                .isTrue();
        assertThat(holds("file:" + directory.resolve("none"), pin -> {})).isFalse();
        assertThat(holds("file:" + directory.resolve("none/run"), pin -> {})).isFalse();
    }

    @Test
    void aRunOnTheDiskOfAnotherMachineHolds() throws IOException {
        assertThat(holds("file:" + directory.resolve("none"), pin -> pin.put("host", "another.example")))
                .isTrue();
    }

    @Test
    void anOldPinIsOfThisMachineIfThePlaceOfItsRunIsThere() throws IOException {
        assertThat(holds("file:" + directory.resolve("none"), pin -> pin.remove("host")))
                .isFalse();
        assertThat(holds("file:" + directory.resolve("none/run"), pin -> pin.remove("host")))
                .isTrue();
    }

    /** As with a directory that another user has closed: there is no telling what is in a file. */
    @Test
    void aPlaceThatCannotBeLookedIntoHolds() throws IOException {
        Path closed = Files.createFile(directory.resolve("closed"));
        assertThat(holds("file:" + closed.resolve("run"), pin -> {})).isTrue();
    }
}
