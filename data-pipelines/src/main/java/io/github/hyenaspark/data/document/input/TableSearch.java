package io.github.hyenaspark.data.document.input;

import io.github.hyenaspark.io.FileInfo;
import io.github.hyenaspark.io.Requests;
import io.github.hyenaspark.io.Storage;
import io.github.hyenaspark.io.store.StoreException;
import java.io.IOException;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Looks for tables of Delta Lake, Hudi and Iceberg: in what is listed, by paths, and around it, where a listing of a
 * table's part does not reach. Around it takes about four questions to the store for each folder.
 */
record TableSearch(Storage storage) {
    /** Of those that a glob finds so many are looked at: a table's parts are alike, and each takes questions. */
    static final int MOST_FOLDERS = 1000;

    private static final List<String> LOGS = List.of("_delta_log", ".hoodie");
    private static final String METADATA = "metadata";
    private static final Pattern METADATA_FILE = Pattern.compile("[^/]+[.]metadata[.]json(?:[.]gz)?");
    private static final Pattern LOG = Pattern.compile(
            "((?:.*/)?)(?:(?:_delta_log|[.]hoodie)/.*|" + METADATA + "/" + METADATA_FILE.pattern() + ")");

    /** A scheme and an authority, and the path behind them. */
    private static final Pattern PLACE = Pattern.compile("([A-Za-z][A-Za-z0-9+.-]*:(?://[^/]*)?)?(/.*)?");

    private static final Set<StoreException.Reason> MAY_NOT_LOOK =
            Set.of(StoreException.Reason.REFUSED, StoreException.Reason.NO_PERMISSION);

    /** What to refuse a table by, if a listed file is its log; its path begins behind so many characters of its URI. */
    static Optional<IllegalArgumentException> refusalByLog(String uri, int prefix) {
        String path = uri.substring(prefix);
        Matcher log = LOG.matcher(path);
        return log.matches() ? Optional.of(refusal(uri.substring(0, prefix + log.end(1)), path)) : Optional.empty();
    }

    /** Refuses folders, by their URIs, that are a table or inside one. */
    void refuseTablesAround(Collection<String> folders) throws IOException {
        Set<String> levels = new TreeSet<>();
        folders.forEach(folder -> addWithAncestors(folder, levels));
        if (levels.isEmpty()) {
            return;
        }
        for (Optional<IllegalArgumentException> refusal : Requests.all(List.copyOf(levels), this::look)) {
            if (refusal.isPresent()) {
                throw refusal.get();
            }
        }
    }

    private static void addWithAncestors(String folder, Set<String> levels) {
        Matcher place = PLACE.matcher(folder.replaceFirst("/+$", ""));
        if (!place.matches()) {
            return;
        }
        String store = place.group(1) == null ? "" : place.group(1);
        String path = place.group(2) == null ? "" : place.group(2);
        while (levels.add(store + path + "/") && !path.isEmpty()) {
            path = path.substring(0, path.lastIndexOf('/'));
        }
    }

    /** What to refuse a folder with; nothing if its store does not let one look. */
    private Optional<IllegalArgumentException> look(String folder) throws IOException {
        try {
            for (String log : LOGS) {
                if (storage.exists(folder + log)) {
                    return Optional.of(refusal(folder, log));
                }
            }
            return storage.list(folder + METADATA).stream()
                    .map(FileInfo::name)
                    .filter(name -> METADATA_FILE.matcher(name).matches())
                    .findFirst()
                    .map(name -> refusal(folder, METADATA + "/" + name));
        } catch (StoreException e) {
            if (MAY_NOT_LOOK.contains(e.reason())) {
                return Optional.empty();
            }
            throw e;
        }
    }

    private static IllegalArgumentException refusal(String table, String found) {
        return new IllegalArgumentException(
                "data.input: found a table of Delta Lake, Hudi or Iceberg, " + table
                        + " (it has " + found
                        + "), expected plain files: beside a table's rows lie those that were deleted or"
                        + " replaced; write the rows to a folder of their own with Spark, as docs/data.md shows, and name that");
    }
}
