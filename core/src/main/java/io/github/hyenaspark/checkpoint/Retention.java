package io.github.hyenaspark.checkpoint;

import io.github.hyenaspark.io.CorruptFileException;
import io.github.hyenaspark.io.Storage;
import java.io.FileNotFoundException;
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
        List<ManifestName> manifests = layout.manifests();
        if (manifests.isEmpty()) {
            return;
        }
        Set<String> live = new HashSet<>();
        int kept = 0;
        for (ManifestName name : manifests) {
            if (kept < keep) {
                live.add(name.prefix());
                live.addAll(named(name));
                kept += invalid.contains(name) ? 0 : 1;
            } else {
                LOG.info("deleting the checkpoint {}", name.prefix());
                storage.delete(layout.uri(RunLayout.MANIFESTS + "/" + name.file()));
            }
        }
        for (String directory : layout.dataDirectories()) {
            Optional<ManifestName> owner = owner(directory);
            if (owner.isPresent()
                    && isOver(owner.get(), manifests.get(0), epoch)
                    && !live.contains(owner.get().prefix())
                    && !live.contains(directory)) {
                LOG.debug("point: before deleting {}", directory);
                storage.delete(layout.uri(RunLayout.DATA + "/" + directory));
            }
        }
    }

    /** Not what a later driver writes, nor what this one writes for rounds after the newest checkpoint. */
    private static boolean isOver(ManifestName owner, ManifestName newest, long epoch) {
        return owner.epoch() < epoch || (owner.epoch() == epoch && owner.round() <= newest.round());
    }

    /** The directories that a manifest speaks of: what a worker keeps may be of an earlier round. */
    private Set<String> named(ManifestName name) throws IOException {
        String uri = layout.uri(RunLayout.MANIFESTS + "/" + name.file());
        Set<String> directories = new HashSet<>();
        try {
            CheckpointManifest manifest = CheckpointManifest.fromBytes(uri, storage.read(uri));
            for (VectorFile file : manifest.workers()) {
                directories.add(
                        file.path().replaceFirst("^" + RunLayout.DATA + "/", "").replaceFirst("/.*", ""));
            }
        } catch (CorruptFileException | FileNotFoundException e) {
            LOG.warn("cannot read the manifest {}: {}", name.prefix(), e.getMessage());
        }
        return directories;
    }

    /** The manifest that names, named or should have named what is in a directory ROUND-EPOCH-UNIQUE. */
    private static Optional<ManifestName> owner(String directory) {
        List<String> parts = List.of(directory.split("-", 3));
        return parts.size() == 3 ? ManifestName.parse(parts.get(0) + "-" + parts.get(1) + ".json") : Optional.empty();
    }
}
