package io.github.hyenaspark.data.prepare.commit;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.hyenaspark.data.shard.snapshot.DatasetSnapshot;
import io.github.hyenaspark.io.CorruptFileException;
import io.github.hyenaspark.io.FileInfo;
import io.github.hyenaspark.io.Hashes;
import io.github.hyenaspark.io.Json;
import io.github.hyenaspark.io.Requests;
import io.github.hyenaspark.io.Storage;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Which snapshots runs need, so that they do not expire: a run that starts writes {@code pins/HASH-OF-RUN.json} beside
 * the snapshots. It holds until the directory of the run is gone; on a machine that cannot tell, it holds.
 */
public final class Pins {
    private static final Logger LOG = LoggerFactory.getLogger(Pins.class);
    private static final String FOLDER = "pins";
    private static final String LOCAL = "file:";
    private static final int NAME_DIGITS = 20;

    private Pins() {}

    /** Pins a snapshot for a run; where the dataset may only be read, says so and goes on. */
    public static void write(Storage storage, String dataset, DatasetSnapshot snapshot, String run) {
        String name = Hashes.sha256(run).substring(0, NAME_DIGITS) + ".json";
        String uri = Storage.resolve(dataset, FOLDER + "/" + name);
        byte[] pin = Json.bytes(Json.object()
                .put("run", run)
                .put("host", new LeaseHost().name())
                .put("snapshot", snapshot.number())
                .put("sha256", snapshot.sha256()));
        try {
            storage.replace(uri, pin);
        } catch (IOException e) {
            LOG.info("could not write {} ({}), which would keep the run's snapshot from expiring", uri, e.getMessage());
        }
    }

    /** The numbers of the snapshots that some run needs. */
    public static Set<Long> snapshots(Storage storage, String dataset) throws IOException {
        String folder = Storage.resolve(dataset, FOLDER);
        return Requests.all(storage.list(folder), pin -> pinned(storage, pin)).stream()
                .filter(number -> number > 0)
                .collect(Collectors.toCollection(TreeSet::new));
    }

    /** The snapshot that a pin holds; 0 if its run is gone. */
    private static long pinned(Storage storage, FileInfo pin) throws IOException {
        JsonNode json;
        try {
            json = Json.parse(pin.uri(), storage.read(pin.uri()));
        } catch (FileNotFoundException e) {
            return 0;
        } catch (CorruptFileException e) {
            LOG.warn("{} is damaged and pins nothing: {}", pin.uri(), e.getMessage());
            return 0;
        }
        String run = json.path("run").asText();
        try {
            if (!storage.exists(run)) {
                if (isGone(storage.qualify(run), json.path("host").asText())) {
                    return 0;
                }
                LOG.warn(
                        "cannot see whether {} is still there; its snapshot stays: run expire on the machine and as the"
                                + " user of that run, or delete {} if the run is gone",
                        run,
                        pin.uri());
            }
        } catch (IOException | IllegalArgumentException e) {
            LOG.warn("cannot see whether {} is still there ({}); its snapshot stays", run, e.getMessage());
        }
        return json.path("snapshot").asLong();
    }

    /**
     * Whether a run that is not seen is gone: on a local disk only if that is the disk of this machine, and this user
     * may look there. A pin of before hosts were written is of this machine if the place of the run is there.
     */
    private static boolean isGone(String run, String host) {
        if (!run.startsWith(LOCAL)) {
            return true;
        }
        Path directory = Path.of(run.substring(LOCAL.length()));
        boolean here =
                host.isEmpty() ? Files.exists(directory.resolveSibling(".")) : host.equals(new LeaseHost().name());
        return here && Files.notExists(directory);
    }
}
