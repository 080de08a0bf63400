package io.github.hyenaspark.checkpoint;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.hyenaspark.io.CorruptFileException;
import io.github.hyenaspark.io.FileInfo;
import io.github.hyenaspark.io.Json;
import io.github.hyenaspark.io.Storage;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.slf4j.LoggerFactory;

/**
 * The files of a run: {@code epoch/E.json} for every start of a driver, {@code epoch/E-from.json} for the checkpoint it
 * resumed from, {@code data/ROUND-E-UNIQUE/VECTOR.safetensors}, never overwritten, and {@code manifest/ROUND-E.json},
 * the commit.
 */
record RunLayout(Storage storage, String run) {
    static final String EPOCHS = "epoch";
    static final String DATA = "data";
    static final String MANIFESTS = "manifest";
    static final String QUARANTINE = "quarantine";
    static final String FROM = "-from.json";

    String uri(String path) {
        return Storage.resolve(run, path);
    }

    String uri(ManifestName name) {
        return uri(MANIFESTS + "/" + name.file());
    }

    CheckpointManifest manifest(ManifestName name) throws IOException {
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
    Optional<CheckpointManifest> readable(ManifestName name) throws IOException {
        try {
            return Optional.of(manifest(name));
        } catch (CorruptFileException | FileNotFoundException e) {
            LoggerFactory.getLogger(RunLayout.class)
                    .warn("cannot read the manifest {}: {}", name.prefix(), e.getMessage());
            return Optional.empty();
        }
    }

    /** Newest first. */
    List<ManifestName> manifests() throws IOException {
        return storage.list(uri(MANIFESTS)).stream()
                .map(file -> ManifestName.parse(file.name()))
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

    /** What drivers resumed from, by epoch; drivers that did not get that far are missing. */
    Map<Long, ManifestName> froms() throws IOException {
        Map<Long, ManifestName> froms = new TreeMap<>();
        for (FileInfo file : storage.list(uri(EPOCHS))) {
            if (file.name().matches("\\d{1,18}" + FROM)) {
                JsonNode root = Json.parse(file.uri(), storage.read(file.uri()));
                var from = new ManifestName(
                        Json.wholeNumber(root, file.uri(), "round"), Json.wholeNumber(root, file.uri(), "epoch"));
                froms.put(Long.valueOf(file.name().replace(FROM, "")), from);
            }
        }
        return froms;
    }

    /** Manifests that a driver wrote after a later one had resumed from an older checkpoint: not part of the run. */
    Set<ManifestName> superseded() throws IOException {
        return superseded(manifests(), froms());
    }

    static Set<ManifestName> superseded(List<ManifestName> manifests, Map<Long, ManifestName> froms) {
        return manifests.stream()
                .filter(name -> froms.entrySet().stream()
                        .anyMatch(later -> name.epoch() < later.getKey() && name.compareTo(later.getValue()) > 0))
                .collect(Collectors.toCollection(TreeSet::new));
    }

    Set<String> dataDirectories() throws IOException {
        Set<String> directories = new TreeSet<>();
        String data = storage.qualify(uri(DATA)) + "/";
        try {
            for (FileInfo file : storage.find(uri(DATA))) {
                directories.add(file.uri().substring(data.length()).replaceFirst("/.*", ""));
            }
        } catch (FileNotFoundException e) {
            return directories;
        }
        return directories;
    }
}
