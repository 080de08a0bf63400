package io.github.hyenaspark.checkpoint;

import io.github.hyenaspark.io.Storage;
import io.github.hyenaspark.io.TestPoint;
import java.io.IOException;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Deletes old checkpoints, manifests first, and data that no manifest names. */
record Retention(Storage storage, RunLayout layout) {
    static final long NONE = -1;
    private static final Logger LOG = LoggerFactory.getLogger(Retention.class);

    /** Keeps so many of the newest valid checkpoints, a best round, and what drivers later than {@code epoch} wrote. */
    void apply(int keep, long best, Set<ManifestName> invalid, long epoch) throws IOException {
        List<ManifestName> manifests = layout.manifests();
        if (manifests.isEmpty()) {
            return;
        }
        Set<ManifestName> late = layout.superseded();
        Set<String> live = new HashSet<>();
        int kept = 0;
        for (ManifestName name : manifests) {
            if (kept < keep || name.round() == best || name.epoch() > epoch) {
                live.add(name.prefix());
                // a worker's state may be older than its checkpoint
                layout.readable(name)
                        .ifPresent(manifest -> manifest.facts().workers().forEach(file -> live.add(file.directory())));
                kept += invalid.contains(name) || late.contains(name) ? 0 : 1;
            } else {
                LOG.info("deleting the checkpoint {}", name.prefix());
                storage.delete(layout.uri(name));
            }
        }
        long newest = manifests.stream()
                .filter(name -> name.epoch() == epoch)
                .mapToLong(ManifestName::round)
                .max()
                .orElse(-1);
        for (String directory : layout.dataDirectories()) {
            Optional<ManifestName> owner = owner(directory);
            if (owner.isPresent()
                    && isOver(owner.get(), newest, epoch)
                    && !live.contains(owner.get().prefix())
                    && !live.contains(directory)) {
                TestPoint.reached("before deleting {}", directory);
                storage.delete(layout.uri(RunLayout.DATA + "/" + directory));
            }
        }
    }

    /** False for what a later driver writes, and for what this one writes after its newest checkpoint. */
    private static boolean isOver(ManifestName owner, long newest, long epoch) {
        return owner.epoch() < epoch || (owner.epoch() == epoch && owner.round() <= newest);
    }

    /** The manifest that a directory ROUND-EPOCH-UNIQUE was written for. */
    private static Optional<ManifestName> owner(String directory) {
        List<String> parts = List.of(directory.split("-", 3));
        return parts.size() == 3 ? ManifestName.parse(parts.get(0) + "-" + parts.get(1) + ".json") : Optional.empty();
    }
}
