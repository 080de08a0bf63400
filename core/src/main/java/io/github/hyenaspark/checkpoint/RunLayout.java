package io.github.hyenaspark.checkpoint;

import com.fasterxml.jackson.databind.JsonNode;
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

/**
 * Where things are in the directory of a run: {@code epoch/E.json} for every start of a driver, {@code E-from.json} for
 * the checkpoint it went on from, {@code data/ROUND-E-UNIQUE/VECTOR.safetensors}, never overwritten, and
 * {@code manifest/ROUND-E.json}, the commit.
 */
final class RunLayout {
    static final String EPOCHS = "epoch";
    static final String DATA = "data";
    static final String MANIFESTS = "manifest";
    static final String QUARANTINE = "quarantine";
    private static final String FROM = "-from.json";

    private final Storage storage;
    private final String run;

    RunLayout(Storage storage, String run) {
        this.storage = storage;
        this.run = run;
    }

    String uri(String path) {
        return Storage.resolve(run, path);
    }

    /** Newest first. */
    List<ManifestName> manifests() throws IOException {
        return storage.list(uri(MANIFESTS)).stream()
                .map(file -> ManifestName.parse(file.name()))
                .flatMap(Optional::stream)
                .sorted(Comparator.reverseOrder())
                .toList();
    }

    /** The highest epoch that a driver ever began; 0 if none did. */
    long highestEpoch() throws IOException {
        return storage.list(uri(EPOCHS)).stream()
                .map(FileInfo::name)
                .filter(name -> name.matches("\\d{1,18}\\.json"))
                .mapToLong(name -> Long.parseLong(name.substring(0, name.indexOf('.'))))
                .max()
                .orElse(0);
    }

    /** Where an epoch's driver went on from is written beside its epoch. */
    String fromUri(long epoch) {
        return uri(EPOCHS + "/" + epoch + FROM);
    }

    /** What drivers said they went on from, by epoch; those that did not get so far are missing. */
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

    /**
     * The manifests that a driver wrote when a later one had already gone on from an older checkpoint. What such a
     * driver computed is not what the run is made of.
     */
    Set<ManifestName> superseded() throws IOException {
        Map<Long, ManifestName> froms = froms();
        return manifests().stream()
                .filter(name -> froms.entrySet().stream()
                        .anyMatch(later -> name.epoch() < later.getKey() && name.compareTo(later.getValue()) > 0))
                .collect(Collectors.toSet());
    }

    /** The names of the directories with data. */
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
