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
 * The files of a run: {@code epoch/E.json} for every start of a driver, {@code epoch/E-from.json} for the checkpoint it
 * resumed from, {@code data/ROUND-E-UNIQUE/VECTOR.safetensors}, never overwritten, and {@code manifest/ROUND-E.json},
 * the commit.
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

    /** 0 if no driver has begun an epoch. */
    long highestEpoch() throws IOException {
        return storage.list(uri(EPOCHS)).stream()
                .map(FileInfo::name)
                .filter(name -> name.matches("\\d{1,18}\\.json"))
                .mapToLong(name -> Long.parseLong(name.substring(0, name.indexOf('.'))))
                .max()
                .orElse(0);
    }

    /** Where an epoch's driver records what it resumed from. */
    String fromUri(long epoch) {
        return uri(EPOCHS + "/" + epoch + FROM);
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

    /**
     * The manifests that a driver wrote after a later one had resumed from an older checkpoint: they are not part of
     * the run.
     */
    Set<ManifestName> superseded() throws IOException {
        Map<Long, ManifestName> froms = froms();
        return manifests().stream()
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
