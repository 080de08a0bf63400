package io.github.hyenaspark.checkpoint;

import io.github.hyenaspark.io.Requests;
import io.github.hyenaspark.io.Storage;
import io.github.hyenaspark.io.TestPoint;
import io.github.hyenaspark.io.UndeletableException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Deletes old checkpoints, manifests first, data that no manifest names, and what killed drivers were writing of both.
 * It reads only once what never changes: what the drivers of a run resumed from, and the manifests of this process's
 * checkpoints not at all.
 */
final class Retention {
    static final long NONE = -1;

    private final Storage storage;
    private final RunLayout layout;
    /** The directories of the workers' states that a manifest names. */
    private final Map<CheckpointManifest.Name, Set<String>> workers = new TreeMap<>();

    private @Nullable Map<Long, CheckpointManifest.Name> froms;
    private long fromsAfter; // of the drivers after this epoch

    Retention(Storage storage, RunLayout layout) {
        this.storage = storage;
        this.layout = layout;
    }

    /** Takes note of a checkpoint that this process has committed. */
    void committed(CheckpointManifest manifest) {
        workers.put(manifest.name(), directories(manifest));
    }

    private static Set<String> directories(CheckpointManifest manifest) {
        return manifest.facts().workers().stream().map(VectorFile::directory).collect(Collectors.toSet());
    }

    /**
     * Keeps the newest valid checkpoints of so many rounds, that of a best round, and what drivers later than
     * {@code epoch} wrote. Of a round that was saved again only the newest valid one stays.
     */
    void apply(int keep, long best, Set<CheckpointManifest.Name> invalid, long epoch) throws IOException {
        Logger log = LoggerFactory.getLogger(Retention.class); // not before: inspect needs no logging
        List<CheckpointManifest.Name> manifests = layout.manifests();
        if (manifests.isEmpty()) {
            return;
        }
        CheckpointManifest.Name oldest =
                Collections.min(manifests, Comparator.comparing(CheckpointManifest.Name::epoch));
        if (froms == null || oldest.epoch() < fromsAfter) { // a manifest of an old driver may arrive late
            for (String left : layout.leftManifests(epoch)) {
                storage.delete(layout.uri(left));
            }
            froms = layout.froms(manifests);
            fromsAfter = oldest.epoch();
        }
        Set<CheckpointManifest.Name> late = RunLayout.superseded(manifests, froms);
        Set<String> live = new HashSet<>();
        Set<Long> kept = new HashSet<>(); // rounds of valid checkpoints
        List<CheckpointManifest.Name> staying = new ArrayList<>();
        for (CheckpointManifest.Name name : manifests) {
            boolean isChosen = (kept.size() < keep || name.round() == best) && !kept.contains(name.round());
            if (isChosen || name.epoch() > epoch) {
                staying.add(name);
                if (!invalid.contains(name) && !late.contains(name)) {
                    kept.add(name.round());
                }
            } else {
                log.info("deleting the checkpoint {}", name.prefix());
                storage.delete(layout.uri(name));
                workers.remove(name);
            }
        }
        List<CheckpointManifest.Name> unread =
                staying.stream().filter(name -> !workers.containsKey(name)).toList();
        Requests.all(unread, layout::readable).forEach(found -> found.ifPresent(this::committed));
        for (CheckpointManifest.Name name : staying) {
            live.add(name.prefix());
            live.addAll(workers.getOrDefault(name, Set.of())); // may be older than its checkpoint
        }
        long newest = manifests.stream()
                .filter(name -> name.epoch() == epoch)
                .mapToLong(CheckpointManifest.Name::round)
                .max()
                .orElse(-1);
        for (String directory : layout.dataDirectories()) {
            Optional<CheckpointManifest.Name> owner = owner(directory);
            if (owner.isPresent()
                    && isOver(owner.get(), newest, epoch)
                    && !live.contains(owner.get().prefix())
                    && !live.contains(directory)) {
                TestPoint.reached("before deleting {}", directory);
                try {
                    storage.delete(layout.uri(RunLayout.DATA + "/" + directory));
                } catch (UndeletableException e) { // the others go, and the next save tries again
                    log.warn("the data of an old checkpoint could not be deleted: {}", e.getMessage());
                }
            }
        }
    }

    /** False for what a later driver writes, and for what this one writes after its newest checkpoint. */
    private static boolean isOver(CheckpointManifest.Name owner, long newest, long epoch) {
        return owner.epoch() < epoch || (owner.epoch() == epoch && owner.round() <= newest);
    }

    /** The manifest that a directory ROUND-EPOCH-UNIQUE was written for. */
    private static Optional<CheckpointManifest.Name> owner(String directory) {
        List<String> parts = List.of(directory.split("-", 3));
        return parts.size() == 3
                ? CheckpointManifest.Name.parse(parts.get(0) + "-" + parts.get(1) + ".json")
                : Optional.empty();
    }
}
