package io.github.hyenaspark.checkpoint;

import io.github.hyenaspark.io.Storage;
import java.io.IOException;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Deletes old checkpoints, manifest first, and data that no manifest names. */
final class Retention {
    private static final Logger LOG = LoggerFactory.getLogger(Retention.class);

    private final Storage storage;
    private final RunLayout layout;

    Retention(Storage storage, RunLayout layout) {
        this.storage = storage;
        this.layout = layout;
    }

    /**
     * Leaves the newest checkpoints.
     *
     * @param keep how many must stay
     * @param invalid those known to be unusable; they do not count
     * @param epoch of the caller; data of later drivers is not touched
     */
    void apply(int keep, Set<ManifestName> invalid, long epoch) throws IOException {
        Set<String> live = new HashSet<>();
        int kept = 0;
        for (ManifestName name : layout.manifests()) {
            if (kept < keep) {
                live.add(name.prefix());
                kept += invalid.contains(name) ? 0 : 1;
            } else {
                LOG.info("deleting the checkpoint {}", name.prefix());
                storage.delete(layout.uri(RunLayout.MANIFESTS + "/" + name.file()));
            }
        }
        for (String directory : layout.dataDirectories()) {
            Optional<ManifestName> owner = owner(directory);
            if (owner.isPresent()
                    && owner.get().epoch() <= epoch
                    && !live.contains(owner.get().prefix())) {
                storage.delete(layout.uri(RunLayout.DATA + "/" + directory));
            }
        }
    }

    /** The manifest that names, named or should have named what is in a directory ROUND-EPOCH-UNIQUE. */
    private static Optional<ManifestName> owner(String directory) {
        List<String> parts = List.of(directory.split("-", 3));
        return parts.size() == 3 ? ManifestName.parse(parts.get(0) + "-" + parts.get(1) + ".json") : Optional.empty();
    }
}
