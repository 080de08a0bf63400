package io.github.hyenaspark.checkpoint;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.hyenaspark.io.CorruptFileException;
import io.github.hyenaspark.io.FileInfo;
import io.github.hyenaspark.io.Json;
import io.github.hyenaspark.io.Requests;
import io.github.hyenaspark.io.Storage;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.slf4j.LoggerFactory;

/**
 * The files of a run: {@code epoch/E.json} for every start of a driver, {@code epoch/E-from.json} for the checkpoint it
 * resumed from, {@code data/ROUND-E-UNIQUE/VECTOR.safetensors}, never overwritten, and {@code manifest/ROUND-E.json},
 * the commit.
 *
 * @param froms what drivers resumed from, by epoch, as far as it was read: it never changes
 */
record RunLayout(Storage storage, String run, Map<Long, CheckpointManifest.Name> froms) {
    static final String EPOCHS = "epoch";
    static final String DATA = "data";
    static final String MANIFESTS = "manifest";
    static final String QUARANTINE = "quarantine";
    static final String FROM = "-from.json";
    private static final Pattern TEMPORARY_MANIFEST = Pattern.compile("\\.\\d{12,18}-(\\d{1,18})\\.json\\..*\\.tmp");
    private static final Pattern FROM_FILE = Pattern.compile("(\\d{1,18})" + FROM);

    RunLayout(Storage storage, String run) {
        this(storage, run, new ConcurrentHashMap<>());
    }

    String uri(String path) {
        return Storage.resolve(run, path);
    }

    String uri(CheckpointManifest.Name name) {
        return uri(MANIFESTS + "/" + name.file());
    }

    CheckpointManifest manifest(CheckpointManifest.Name name) throws IOException {
        String uri = uri(name);
        CheckpointManifest manifest = CheckpointManifest.fromBytes(uri, storage.read(uri));
        if (manifest.name().compareTo(name) != 0) { // quicker to start than equals of a record
            throw new CorruptFileException(
                    uri,
                    "round " + name.round() + " and epoch " + name.epoch(),
                    "round " + manifest.facts().round() + " and epoch " + manifest.epoch());
        }
        return manifest;
    }

    /** Empty, with a warning, if the manifest cannot be read. */
    Optional<CheckpointManifest> readable(CheckpointManifest.Name name) throws IOException {
        try {
            return Optional.of(manifest(name));
        } catch (CorruptFileException | FileNotFoundException e) {
            LoggerFactory.getLogger(RunLayout.class)
                    .warn("cannot read the manifest {}: {}", name.prefix(), e.getMessage());
            return Optional.empty();
        }
    }

    /** Newest first. */
    List<CheckpointManifest.Name> manifests() throws IOException {
        return storage.list(uri(MANIFESTS)).stream()
                .map(file -> CheckpointManifest.Name.parse(file.name()))
                .flatMap(Optional::stream)
                .sorted(Comparator.reverseOrder())
                .toList();
    }

    /** 0 if no driver has begun an epoch. */
    long highestEpoch() throws IOException {
        return storage.list(uri(EPOCHS)).stream()
                .map(FileInfo::name)
                .filter(name -> name.matches("\\d{1,18}\\.json"))
                .mapToLong(name -> Long.parseLong(name.substring(0, name.indexOf('.'))))
                .max()
                .orElse(0);
    }

    String epochFile(long epoch) {
        return uri(EPOCHS + "/" + epoch + ".json");
    }

    /** Those of these manifests that a driver wrote after a later one had resumed from an older checkpoint. */
    Set<CheckpointManifest.Name> superseded(List<CheckpointManifest.Name> manifests) throws IOException {
        return superseded(manifests, froms(manifests));
    }

    static Set<CheckpointManifest.Name> superseded(
            List<CheckpointManifest.Name> manifests, Map<Long, CheckpointManifest.Name> froms) {
        return manifests.stream()
                .filter(name -> froms.entrySet().stream()
                        .anyMatch(later -> name.epoch() < later.getKey() && name.compareTo(later.getValue()) > 0))
                .collect(Collectors.toCollection(TreeSet::new));
    }

    /**
     * What drivers resumed from, by epoch, as far as it can concern one of these manifests: every start leaves a file,
     * but those of drivers before the first of them say nothing. Drivers that did not get that far are missing.
     */
    Map<Long, CheckpointManifest.Name> froms(List<CheckpointManifest.Name> manifests) throws IOException {
        if (manifests.isEmpty()) {
            return Map.of();
        }
        long first = manifests.stream()
                .mapToLong(CheckpointManifest.Name::epoch)
                .min()
                .orElseThrow();
        List<FileInfo> unread = storage.list(uri(EPOCHS)).stream()
                .filter(file -> epochOfFrom(file) > first && !froms.containsKey(epochOfFrom(file)))
                .toList();
        Requests.all(unread, file -> froms.put(epochOfFrom(file), from(file)));
        return Map.copyOf(froms);
    }

    /** -1 for a file that does not tell what a driver resumed from. */
    private static long epochOfFrom(FileInfo file) {
        Matcher matcher = FROM_FILE.matcher(file.name());
        return matcher.matches() ? Long.parseLong(matcher.group(1)) : -1;
    }

    private CheckpointManifest.Name from(FileInfo file) throws IOException {
        JsonNode root = Json.parse(file.uri(), storage.read(file.uri()));
        return new CheckpointManifest.Name(
                Json.wholeNumber(root, file.uri(), "round"), Json.wholeNumber(root, file.uri(), "epoch"));
    }

    /** The temporary files of manifests that drivers before an epoch have left, relative to the run. */
    Set<String> leftManifests(long epoch) throws IOException {
        Set<String> left = new TreeSet<>();
        storage.names(uri(MANIFESTS), (name, bytes) -> {
            Matcher matcher = TEMPORARY_MANIFEST.matcher(name);
            if (matcher.matches() && Long.parseLong(matcher.group(1)) < epoch) {
                left.add(MANIFESTS + "/" + name);
            }
        });
        return left;
    }

    /** Also those that have nothing but the temporary file of a driver that was killed. */
    Set<String> dataDirectories() throws IOException {
        return storage.folders(uri(DATA));
    }
}
