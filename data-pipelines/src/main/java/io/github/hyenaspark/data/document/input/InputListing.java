package io.github.hyenaspark.data.document.input;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.hyenaspark.data.document.InputFile;
import io.github.hyenaspark.data.document.SourceConfig;
import io.github.hyenaspark.io.FileInfo;
import io.github.hyenaspark.io.Json;
import io.github.hyenaspark.io.Storage;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * An input's files, sorted by path: documents in and below a directory, by their names, or all that a glob matches; and
 * a directory's other files, by the endings of their names.
 */
public record InputListing(List<InputFile> files, SortedMap<String, Skipped> skipped) {
    /** What to do about skipped files. */
    public static final String ADVICE =
            "data.source.extensions=[ENDING,...] reads those of some endings, data.source.format=text all as text";

    private static final String GLOB = "*?[{";
    private static final Pattern ENDING = Pattern.compile(".*?[^/.]([.][a-z][a-z0-9_+~-]{0,9}([.](gz|zst))?)");
    private static final int NAMED = 3;
    private static final int ENDINGS_IN_WORDS = 5;

    /** The skipped files of one ending: how many, and the paths of the first. */
    public record Skipped(long count, List<String> first) {
        private Skipped plus(Skipped other) {
            List<String> both = new ArrayList<>(first);
            both.addAll(other.first);
            return new Skipped(count + other.count, both.subList(0, Math.min(NAMED, both.size())));
        }
    }

    public InputListing {
        files = List.copyOf(files);
        skipped = Collections.unmodifiableSortedMap(new TreeMap<>(skipped));
    }

    /**
     * The files of a directory, a file or a glob but for those whose URI begins with {@code except}, if it is not
     * empty; refuses a missing input or one without documents. Files named {@code .json}, which seldom are JSON lines,
     * count in a directory only if it has nothing else to read, or the settings list that ending.
     */
    public static InputListing of(Storage storage, String input, SourceConfig config, String except)
            throws IOException {
        List<FileInfo> found;
        try {
            found = storage.find(input);
        } catch (FileNotFoundException e) {
            throw new IllegalArgumentException("data.input: " + e.getMessage(), e);
        }
        String place = storage.qualify(input);
        boolean literal = storage.exists(input);
        boolean single = found.size() == 1 && found.get(0).uri().equals(place);
        boolean directory = literal && !single;
        String root = directory ? place : parent(literal ? place : beforeGlob(place));
        String prefix = root.endsWith("/") ? root : root + "/";
        List<InputFile> all = found.stream()
                .map(file -> InputFile.of(file.uri().substring(prefix.length()), file))
                .sorted(Comparator.comparing(InputFile::path))
                .toList();
        Predicate<InputFile> taken = directory ? inDirectory(all, config) : file -> true;
        Predicate<InputFile> ours = file -> except.isEmpty() || !file.uri().startsWith(except);
        var listing = new InputListing(
                all.stream().filter(taken.and(ours)).toList(),
                skipped(all.stream().filter(taken.negate().and(ours)).toList()));
        if (all.stream().noneMatch(taken)) {
            throw new IllegalArgumentException("data.input: " + place + " has no documents, expected "
                    + (directory ? FileFormat.expected(config) + " in it" : "at least one file that matches")
                    + (listing.skipped.isEmpty() ? "" : ", found " + listing.skippedInWords() + "; " + ADVICE));
        }
        return listing;
    }

    private static Predicate<InputFile> inDirectory(List<InputFile> all, SourceConfig config) {
        Predicate<InputFile> named = file -> FileFormat.isInput(file.path(), config);
        Predicate<InputFile> certain = named.and(file -> !FileFormat.isJson(file.path()));
        boolean byName = config.extensions().isEmpty() && config.format() != SourceConfig.SourceFormat.TEXT;
        return byName && all.stream().anyMatch(certain) ? certain : named;
    }

    private static SortedMap<String, Skipped> skipped(List<InputFile> files) {
        return files.stream()
                .collect(Collectors.toMap(
                        file -> ending(file.path()),
                        file -> new Skipped(1, List.of(file.path())),
                        Skipped::plus,
                        TreeMap::new));
    }

    private static String ending(String path) {
        Matcher matcher = ENDING.matcher(path.toLowerCase(Locale.ROOT));
        return matcher.matches() ? matcher.group(1) : "other";
    }

    /** Such as {@code 11 files: 9 .md (a.md, b/c.md, d.md, ...), 2 other (LICENSE, Makefile)}. */
    public String skippedInWords() {
        long all = skipped.values().stream().mapToLong(Skipped::count).sum();
        String some = skipped.entrySet().stream()
                .sorted(Comparator.comparingLong(ending -> -ending.getValue().count()))
                .limit(ENDINGS_IN_WORDS)
                .map(ending -> ending.getValue().count() + " " + ending.getKey() + " ("
                        + String.join(", ", ending.getValue().first())
                        + (ending.getValue().count() > NAMED ? ", ...)" : ")"))
                .collect(Collectors.joining(", "));
        return all
                + (all == 1 ? " file: " : " files: ")
                + some
                + (skipped.size() > ENDINGS_IN_WORDS ? " and other endings" : "");
    }

    /** By ending the number of skipped files and the paths of the first. */
    public ObjectNode skippedAsJson() {
        ObjectNode json = Json.object();
        skipped.forEach((ending, files) -> {
            ObjectNode entry = json.putObject(ending).put("files", files.count());
            files.first().forEach(entry.putArray("first")::add);
        });
        return json;
    }

    /** The path up to its first special character, which all matches share. */
    private static String beforeGlob(String place) {
        int end = 0;
        while (end < place.length() && GLOB.indexOf(place.charAt(end)) < 0) {
            end++;
        }
        return place.substring(0, end);
    }

    private static String parent(String place) {
        return place.substring(0, place.lastIndexOf('/'));
    }
}
