package io.github.hyenaspark.checkpoint;

import io.github.hyenaspark.checkpoint.CheckpointManifest.Provenance;
import io.github.hyenaspark.io.CorruptFileException;
import io.github.hyenaspark.io.Hashes;
import io.github.hyenaspark.io.Json;
import io.github.hyenaspark.io.LockedException;
import io.github.hyenaspark.io.Requests;
import io.github.hyenaspark.io.Storage;
import io.github.hyenaspark.io.TestPoint;
import io.github.hyenaspark.model.ParameterEntry;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The checkpoints of one run, for one thread at a time. Saving writes the objects, then creates the manifest
 * exclusively, reads all back, and only then deletes old ones: a crash at any instant leaves the old checkpoint or the
 * new one.
 */
public final class CheckpointStore {
    private static final long NO_EPOCH = 0;
    private static final int LOOKS = 5;

    private final Storage storage;
    private final String run;
    private final RunLayout layout;
    private final Retention retention;
    /** Of the checkpoints that were found damaged, and do not count. */
    private final Map<CheckpointManifest.Name, String> reasons = new TreeMap<>();

    private long epoch = NO_EPOCH;
    private CheckpointManifest.@Nullable Name tried; // the last that this process has begun to save
    private String runId = "";
    private String start = "";
    private String last = "";
    private String writer = ""; // looked up at the first save: the name of the host takes its time

    private CheckpointStore(Storage storage, String run) {
        this.storage = storage;
        this.run = run;
        layout = new RunLayout(storage, run);
        retention = new Retention(storage, layout);
    }

    /** When there is something to say: who only reads starts no logging. */
    private static Logger log() {
        return LoggerFactory.getLogger(CheckpointStore.class);
    }

    /** The checkpoints in the directory of a run, which need not exist. Writes nothing. */
    public static CheckpointStore open(Storage storage, String runDirectory) {
        return new CheckpointStore(storage, runDirectory);
    }

    /** Makes this process the run's driver, with an epoch from 1 on: an older one stops at its next save. */
    public long beginEpoch() throws IOException {
        if (epoch != NO_EPOCH) {
            throw new IllegalStateException("epoch " + epoch + " of " + run + " has begun already");
        }
        while (true) {
            long next = layout.highestEpoch() + 1;
            var lease = Json.object()
                    .put("epoch", next)
                    .put("driver", UUID.randomUUID().toString());
            if (storage.createExclusively(layout.epochFile(next), Json.bytes(lease))) {
                epoch = next;
                storage.warnUnlessExclusive(layout.uri(RunLayout.EPOCHS), "drivers of this run");
                return next;
            }
        }
    }

    /**
     * Records what this driver resumes from, empty for a new run: checkpoints that an older driver commits afterwards
     * will not be used. Damaged checkpoints stay, and are noted in {@code quarantine} with the reason.
     */
    public void resumesFrom(Optional<Checkpoint> checkpoint) throws IOException {
        CheckpointManifest.Name from = new CheckpointManifest.Name(0, 0);
        List<CheckpointManifest.Name> names = layout.manifests();
        reasons.keySet().retainAll(names); // the others were being deleted when they were read
        for (CheckpointManifest.Name name : names) {
            if (checkpoint.isPresent() && name.round() == checkpoint.get().round() && !reasons.containsKey(name)) {
                from = name;
                break;
            }
        }
        byte[] record = Json.bytes(Json.object().put("round", from.round()).put("epoch", from.epoch()));
        storage.createExclusively(layout.uri(RunLayout.EPOCHS + "/" + epoch + RunLayout.FROM), record);
        for (Map.Entry<CheckpointManifest.Name, String> bad : reasons.entrySet()) {
            String uri = layout.uri(RunLayout.QUARANTINE + "/" + bad.getKey().file());
            try {
                storage.createExclusively(
                        uri,
                        Json.bytes(Json.object()
                                .put("reason", bad.getValue())
                                .put("found_by_epoch", epoch)
                                .put("time", Instant.now().toString())));
            } catch (IOException e) {
                log().warn("cannot note in {} what is wrong with a checkpoint: {}", uri, e.getMessage());
            }
        }
    }

    /** The epoch that this process began; 0 before. */
    public long epoch() {
        return epoch;
    }

    /**
     * The newest checkpoint, by round and epoch, with every byte intact; empty if nothing was ever saved. Damaged ones
     * are logged and skipped. What a replaced driver saved after its successor had resumed is used only if nothing else
     * is left. CorruptFileException if something was saved but nothing of it is valid.
     */
    public Optional<Checkpoint> newestValid() throws IOException {
        return newestValid(this::verify);
    }

    /** The same, with the states of its workers read by somebody else, or later. */
    public Optional<Checkpoint> newestValid(WorkerStateFiles.Check workers) throws IOException {
        return newest(name -> load(name, workers));
    }

    /**
     * Reads the states of the workers of the checkpoint found last. If one is damaged, {@link #isStillNewest} denies.
     */
    public void checkWorkers(Checkpoint found, WorkerStateFiles.Check workers) throws IOException {
        try {
            workers.run(found.workers());
        } catch (CorruptFileException | FileNotFoundException e) {
            for (CheckpointManifest.Name name : layout.manifests()) {
                if (name.prefix().equals(start)) {
                    countNoMore(name, e);
                }
            }
        }
    }

    /**
     * The newest checkpoint for who only uses its model, without other vectors than the parameters: they alone must be
     * intact, and nothing else is read. Otherwise as {@link #newestValid}.
     */
    public Optional<Checkpoint> newestModel() throws IOException {
        return newest(this::loadModel);
    }

    @FunctionalInterface
    private interface Loading {
        Checkpoint load(CheckpointManifest.Name name) throws IOException;
    }

    private Optional<Checkpoint> newest(Loading loading) throws IOException {
        List<String> problems = new ArrayList<>();
        List<CheckpointManifest.Name> seen = List.of();
        for (int look = 0; look < LOOKS; look++) {
            List<CheckpointManifest.Name> names = layout.manifests();
            if (look > 0 && names.equals(seen)) {
                break;
            }
            seen = names; // if retention deletes what is listed here, newer ones exist by then
            problems.clear();
            for (CheckpointManifest.Name name : lateLast(names)) {
                if (reasons.containsKey(name)) {
                    problems.add(String.valueOf(reasons.get(name)));
                    continue;
                }
                try {
                    return Optional.of(loading.load(name));
                } catch (CorruptFileException | FileNotFoundException e) {
                    countNoMore(name, e);
                    problems.add(String.valueOf(e.getMessage()));
                }
            }
        }
        if (problems.isEmpty()) {
            return Optional.empty();
        }
        throw new CorruptFileException(
                layout.uri(RunLayout.MANIFESTS),
                "a valid checkpoint",
                problems.size() + " and none valid (" + String.join(" | ", problems) + ")",
                "restore the files, or choose another run.dir to begin anew");
    }

    private void countNoMore(CheckpointManifest.Name name, IOException why) {
        log().warn("cannot use the checkpoint {}: {}", name.prefix(), why.getMessage());
        reasons.put(name, String.valueOf(why.getMessage()));
    }

    /**
     * Whether {@link #newestValid} would find what it found before, as far as the names of the checkpoints tell: those
     * found damaged then do not count.
     */
    public boolean isStillNewest() throws IOException {
        List<CheckpointManifest.Name> names = layout.manifests();
        return lateLast(names, layout.superseded(names)).stream()
                .filter(name -> !reasons.containsKey(name))
                .map(CheckpointManifest.Name::prefix)
                .findFirst()
                .orElse("")
                .equals(start);
    }

    private List<CheckpointManifest.Name> lateLast(List<CheckpointManifest.Name> names) throws IOException {
        Set<CheckpointManifest.Name> late = layout.superseded(names);
        late.forEach(
                name -> log().warn("skipped the checkpoint {}: a later driver had taken over the run", name.prefix()));
        return lateLast(names, late);
    }

    /** The same names, those that were committed too late at the end. */
    private static List<CheckpointManifest.Name> lateLast(
            List<CheckpointManifest.Name> names, Set<CheckpointManifest.Name> late) {
        List<CheckpointManifest.Name> ordered = new ArrayList<>(names);
        ordered.sort(Comparator.comparing(late::contains)); // stable
        return ordered;
    }

    /** Whether something was ever saved here and is still listed, readable or not; one request. */
    public boolean hasCheckpoints() throws IOException {
        return !layout.manifests().isEmpty();
    }

    /** The readable manifests that count, newest first; the files that they name are not checked. */
    public List<CheckpointManifest> manifests() throws IOException {
        List<CheckpointManifest> manifests = new ArrayList<>();
        for (CheckpointManifest.Name name : counting()) {
            layout.readable(name).ifPresent(manifests::add);
        }
        return manifests;
    }

    /** The newest of these; reads no more of them than it takes to find it. */
    public Optional<CheckpointManifest> newestManifest() throws IOException {
        for (CheckpointManifest.Name name : counting()) {
            Optional<CheckpointManifest> found = layout.readable(name);
            if (found.isPresent()) {
                return found;
            }
        }
        return Optional.empty();
    }

    /** Newest first, without those that a driver wrote after it had been replaced. */
    private List<CheckpointManifest.Name> counting() throws IOException {
        List<CheckpointManifest.Name> names = layout.manifests();
        Set<CheckpointManifest.Name> superseded = layout.superseded(names);
        return names.stream().filter(name -> !superseded.contains(name)).toList();
    }

    /**
     * A manifest that counts, as it was found.
     *
     * @param path below the run's directory
     * @param manifest empty if it cannot be read
     * @param fault why it cannot be read, or an empty text
     */
    public record Listed(String path, Optional<CheckpointManifest> manifest, String fault) {}

    /** All manifests that count, newest first, the unreadable ones too; the files that they name are not checked. */
    public List<Listed> listing() throws IOException {
        List<Listed> listing = new ArrayList<>();
        for (CheckpointManifest.Name name : counting()) {
            String path = RunLayout.MANIFESTS + "/" + name.file();
            try {
                listing.add(new Listed(path, Optional.of(layout.manifest(name)), ""));
            } catch (CorruptFileException | FileNotFoundException e) {
                listing.add(new Listed(path, Optional.empty(), String.valueOf(e.getMessage())));
            }
        }
        return listing;
    }

    /**
     * The parameters of a checkpoint, P. CorruptFileException if a byte has changed. FileNotFoundException if the file
     * is missing.
     */
    public float[] theta(CheckpointManifest manifest) throws IOException {
        for (VectorFile file : manifest.files()) {
            if (file.vector().equals(Checkpoint.THETA)) {
                return file.read(storage, run, manifest.facts().table()).values();
            }
        }
        throw new CorruptFileException(layout.uri(manifest.path()), "a file of theta", "none");
    }

    /** Reads every byte of a checkpoint; CorruptFileException or FileNotFoundException if it is not whole. */
    public void verify(CheckpointManifest manifest) throws IOException {
        if (!isStored(manifest)) {
            throw new CorruptFileException(
                    layout.uri(manifest.path()), "the manifest as it was written", "other bytes");
        }
        verify(files(manifest));
    }

    private boolean isStored(CheckpointManifest manifest) throws IOException {
        byte[] bytes = manifest.bytes();
        return Arrays.equals(storage.read(layout.uri(manifest.path()), bytes.length + 1), bytes);
    }

    /** Many at the same time: there is a file for each worker, and one stream does not fill a network. */
    private void verify(List<VectorFile> files) throws IOException {
        Requests.all(files, file -> {
            file.verify(storage, run);
            return file;
        });
    }

    private static List<VectorFile> files(CheckpointManifest manifest) {
        return Stream.concat(manifest.files().stream(), manifest.facts().workers().stream())
                .toList();
    }

    /**
     * Reads a checkpoint's vectors, but not the workers' states, and checks their lengths and CRC-32C: quicker than
     * {@link #verify}.
     */
    public void check(CheckpointManifest manifest) throws IOException {
        Requests.all(manifest.files(), file -> {
            file.check(storage, run);
            return file;
        });
    }

    /** The same, keeping no other than the newest. */
    public CheckpointManifest save(Checkpoint checkpoint, int keep) throws IOException {
        return save(checkpoint, keep, false, () -> {});
    }

    /**
     * Saves a checkpoint, reads back what it has written, as the workers have theirs, and only then deletes all but
     * {@code keep}, and perhaps the best. Runs something just before it creates the manifest, if no later driver has
     * begun by then. Saving a round again in one epoch changes nothing. Another thread may call it than the other
     * methods, if not at the same time. LockedException if another driver has begun a later epoch. CorruptFileException
     * if the files do not read back; older checkpoints are then untouched.
     */
    public CheckpointManifest save(Checkpoint checkpoint, int keep, boolean keepBest, Runnable beforeCommit)
            throws IOException {
        if (keep < 1) {
            throw new IllegalArgumentException("at least 1 checkpoint must be kept, found keep = " + keep);
        }
        requireEpoch();
        CheckpointManifest.Name name = new CheckpointManifest.Name(checkpoint.round(), epoch);
        boolean again = name.equals(tried) && storage.exists(layout.uri(name));
        tried = name;
        CheckpointManifest manifest =
                again ? sameAsSaved(layout.manifest(name), checkpoint) : write(name, checkpoint, beforeCommit);
        verify(manifest.files()); // the workers have read back theirs
        refuseIfReplaced(); // then the successor does retention
        last = name.prefix();
        TestPoint.reached("round {} is verified", checkpoint.round());
        long best = keepBest ? checkpoint.progress().best().round() : Retention.NONE;
        retention.apply(keep, best, reasons.keySet(), epoch);
        return manifest;
    }

    /** LockedException if a later epoch has begun: call it before writing what a later driver writes too. */
    public void refuseIfReplaced() throws IOException {
        requireEpoch();
        long highest = layout.highestEpoch();
        if (highest > epoch) {
            throw new LockedException("another driver, epoch " + highest + ", has taken over the run " + run
                    + " from this one, epoch " + epoch + "; let only one of them run");
        }
    }

    private void requireEpoch() {
        if (epoch == NO_EPOCH) {
            throw new IllegalStateException("beginEpoch must be called before the first save to " + run);
        }
    }

    private CheckpointManifest write(CheckpointManifest.Name name, Checkpoint checkpoint, Runnable beforeCommit)
            throws IOException {
        String directory = WorkerStateFiles.newDirectory(name.round(), name.epoch());
        List<VectorFile> files = new ArrayList<>();
        for (String vector : checkpoint.vectors().keySet()) {
            files.add(VectorFile.write(storage, run, directory, vector, checkpoint));
            TestPoint.reached("{} of round {} is written", vector, checkpoint.round());
        }
        CheckpointManifest manifest = CheckpointManifest.of(checkpoint, name.epoch(), provenance(), files);
        refuseIfReplaced();
        beforeCommit.run();
        TestPoint.reached("before the manifest of round {}", checkpoint.round());
        if (!storage.createExclusively(layout.uri(name), manifest.bytes())
                && !isStored(manifest)) { // it is if only the answer was lost
            throw new LockedException("another driver saves to " + run + " in the same epoch: its manifest "
                    + layout.uri(manifest.path()) + " is there already; let only one of them run");
        }
        retention.committed(manifest);
        log().info("saved round {} to {}", checkpoint.round(), layout.uri(manifest.path()));
        TestPoint.reached("saved round {}", checkpoint.round());
        return manifest;
    }

    private Provenance provenance() throws IOException {
        if (runId.isEmpty()) {
            runId = manifests().stream()
                    .map(manifest -> manifest.provenance().run())
                    .findFirst()
                    .orElseGet(() -> UUID.randomUUID().toString());
        }
        if (writer.isEmpty()) {
            writer = thisProcess();
        }
        return new Provenance(runId, last, start, writer, System.currentTimeMillis());
    }

    private CheckpointManifest sameAsSaved(CheckpointManifest saved, Checkpoint checkpoint) throws IOException {
        String theta = Hashes.sha256(checkpoint.vector(Checkpoint.THETA));
        if (!saved.thetaSha256().equals(theta)) {
            throw new IOException("round " + checkpoint.round() + " was saved to " + layout.uri(saved.path())
                    + " with other parameters: theta " + saved.thetaSha256() + ", now " + theta);
        }
        return saved;
    }

    private Checkpoint load(CheckpointManifest.Name name, WorkerStateFiles.Check workers) throws IOException {
        CheckpointManifest manifest = layout.manifest(name);
        workers.run(manifest.facts().workers()); // tasks will read them on executors, which cannot fall back
        Checkpoint checkpoint = read(manifest, manifest.files());
        start = name.prefix();
        last = start;
        runId = manifest.provenance().run();
        return checkpoint;
    }

    private Checkpoint loadModel(CheckpointManifest.Name name) throws IOException {
        CheckpointManifest manifest = layout.manifest(name);
        return read(
                manifest,
                manifest.files().stream()
                        .filter(file -> file.vector().equals(Checkpoint.THETA))
                        .toList());
    }

    private Checkpoint read(CheckpointManifest manifest, List<VectorFile> files) throws IOException {
        List<ParameterEntry> table = manifest.facts().table();
        Map<String, float[]> vectors = new TreeMap<>();
        Map<String, List<ParameterEntry>> orders = new TreeMap<>();
        for (VectorFile file : files) {
            VectorFile.Vector vector = file.read(storage, run, table);
            vectors.put(file.vector(), vector.values());
            if (!vector.entries().equals(table)) {
                orders.put(file.vector(), vector.entries());
            }
        }
        try {
            Checkpoint checkpoint = manifest.facts().with(vectors, orders);
            checkpoint.vector(Checkpoint.THETA); // must be there
            return checkpoint;
        } catch (IllegalArgumentException e) {
            throw new CorruptFileException(layout.uri(manifest.path()), "a whole checkpoint", e.getMessage() + "");
        }
    }

    private static String thisProcess() {
        String host;
        try {
            host = InetAddress.getLocalHost().getHostName();
        } catch (UnknownHostException e) {
            host = "unknown-host";
        }
        return host + ":" + ProcessHandle.current().pid();
    }
}
