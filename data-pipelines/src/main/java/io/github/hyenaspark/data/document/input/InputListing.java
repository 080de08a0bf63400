package io.github.hyenaspark.data.document.input;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.hyenaspark.data.document.InputFile;
import io.github.hyenaspark.data.document.PackedFiles;
import io.github.hyenaspark.data.document.SourceConfig;
import io.github.hyenaspark.data.document.input.DocumentReaders.FileFormat;
import io.github.hyenaspark.io.FileInfo;
import io.github.hyenaspark.io.Json;
import io.github.hyenaspark.io.Storage;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * An input's files, sorted by path: documents in and below a directory, by their names, or all that a glob matches; and
 * a directory's other files, by the endings of their names.
 *
 * @param root what every file's URI begins with, before its path
 * @param files those that were asked for
 * @param documents how many files there are to read, asked for or not
 */
public record InputListing(String root, PackedFiles files, long documents, SortedMap<String, Skipped> skipped) {
    /** What to do about skipped files. */
    public static final String ADVICE =
            "data.source.extensions=[ENDING,...] reads those of some endings, data.source.format=text all as text";

    private static final String GLOB = "*?[{";
    private static final Pattern ENDING = Pattern.compile(".*?[^/.]([.][a-z][a-z0-9_+~-]{0,9}([.](gz|zst))?)");
    private static final int NAMED = 3;
    private static final int ENDINGS_IN_WORDS = 5;
    /** That are told apart: of temporary names each may have its own. */
    static final int MOST_ENDINGS = 1000;

    private static final String OTHER = "other";

    /** The skipped files of one ending: how many, and the first paths in alphabetical order. */
    public record Skipped(long count, List<String> first) {
        private Skipped plus(Skipped other) {
            List<String> both =
                    Stream.concat(first.stream(), other.first.stream()).sorted().toList();
            return new Skipped(count + other.count, both.subList(0, Math.min(NAMED, both.size())));
        }
    }

    /** Which files are wanted. */
    @FunctionalInterface
    public interface Wanted extends Predicate<InputFile> {
        /** Whether a file of this path is already in the dataset. */
        default boolean knows(InputFile file) {
            return false;
        }
    }

    public InputListing {
        skipped = Collections.unmodifiableSortedMap(new TreeMap<>(skipped));
    }

    /** The same with all files. */
    public static InputListing of(Storage storage, String input, SourceConfig config, String except)
            throws IOException {
        return of(storage, input, config, except, /* mayBeEmpty= */ false, () -> file -> true);
    }

    /**
     * The files of a directory, a file or a glob but for those whose URI begins with {@code except}, if it is not
     * empty; refuses a missing input, one without documents unless it may be empty, and a table or a part of one. Files
     * named {@code .json}, which seldom are JSON lines, count in a directory only if it has nothing else to read, if
     * one of them is already known, or if the settings list that ending. Each file is shown to {@code wanted} once, in
     * no order; only those that it wants are held. A listing that fails midway is begun again with another of its kind.
     */
    public static InputListing of(
            Storage storage,
            String input,
            SourceConfig config,
            String except,
            boolean mayBeEmpty,
            Supplier<Wanted> wanted)
            throws IOException {
        String place = storage.qualify(input);
        boolean literal = storage.exists(input);
        boolean directory = literal && !isFile(storage, input);
        String root = directory ? place : parent(literal ? place : beforeGlob(place));
        String prefix = root.endsWith("/") ? root : root + "/";
        Taker taken;
        try {
            taken = storage.find(input, () -> new Taker(prefix, directory, config, except, wanted.get()));
        } catch (FileNotFoundException e) {
            throw new IllegalArgumentException("data.input: " + e.getMessage(), e);
        }
        taken.end();
        new TableSearch(storage).refuseTablesAround(taken.folders);
        var listing = new InputListing(prefix, taken.files.sorted(), taken.documents, taken.skipped);
        if (!taken.any && !mayBeEmpty) {
            throw new IllegalArgumentException("data.input: " + place + " has no documents, expected "
                    + (directory ? FileFormat.expected(config) + " in it" : "at least one file that matches")
                    + (listing.skipped.isEmpty() ? "" : ", found " + listing.skippedInWords() + "; " + ADVICE));
        }
        return listing;
    }

    private static boolean isFile(Storage storage, String input) throws IOException {
        try {
            storage.facts(input);
            return true;
        } catch (FileNotFoundException e) {
            return false;
        }
    }

    /** Sorts files out while they are listed. */
    private static final class Taker implements Consumer<FileInfo> {
        private final int prefix;
        private final boolean directory;
        private final boolean byName;
        private final SourceConfig config;
        private final String except;
        private final Wanted wanted;
        private final PackedFiles files = new PackedFiles();
        /** Named as JSON, which is read if nothing else is, or if it was before. */
        private final PackedFiles json = new PackedFiles();

        /** Of Parquet files, where a table may be: the root alone if all below it is listed, else the first of many. */
        private final SortedSet<String> folders = new TreeSet<>();

        private final SortedMap<String, Skipped> skipped = new TreeMap<>();
        private long documents;
        private Optional<IllegalArgumentException> table = Optional.empty(); // the first that a log was found of
        private boolean readsLog;
        private boolean readsJsonLog; // if it reads JSON
        private boolean certain;
        private boolean any;

        Taker(String prefix, boolean directory, SourceConfig config, String except, Wanted wanted) {
            this.prefix = prefix.length();
            this.directory = directory;
            this.byName = config.extensions().isEmpty() && config.format() != SourceConfig.SourceFormat.TEXT;
            this.config = config;
            this.except = except;
            this.wanted = wanted;
        }

        @Override
        public void accept(FileInfo info) {
            InputFile file = InputFile.of(info.uri().substring(prefix), info);
            Optional<IllegalArgumentException> log = TableSearch.refusalByLog(info.uri(), prefix);
            table = table.or(() -> log);
            if (directory && !FileFormat.isInput(file.path(), config)) {
                skip(file);
            } else if (directory && byName && FileFormat.isJson(file.path())) {
                readsJsonLog |= log.isPresent();
                json.add(file);
            } else {
                readsLog |= log.isPresent();
                certain |= isOurs(file);
                take(file);
            }
        }

        private void take(InputFile file) {
            any = true;
            if (isOurs(file)) {
                documents++;
                if (folders.size() < TableSearch.MOST_FOLDERS && isParquet(file)) {
                    folders.add(directory ? file.uri().substring(0, prefix) : parent(file.uri()));
                }
                if (wanted.test(file)) {
                    files.add(file);
                }
            }
        }

        private boolean isParquet(InputFile file) {
            return switch (config.format()) {
                case PARQUET -> true;
                case AUTO -> SourceConfig.SourceFormat.PARQUET.isNameOf(file.path());
                default -> false;
            };
        }

        private void skip(InputFile file) {
            if (isOurs(file)) {
                String own = ending(file.path());
                boolean toldApart = skipped.size() < MOST_ENDINGS || skipped.containsKey(own);
                skipped.merge(toldApart ? own : OTHER, new Skipped(1, List.of(file.path())), Skipped::plus);
            }
        }

        private boolean isOurs(InputFile file) {
            return except.isEmpty() || !file.uri().startsWith(except);
        }

        void end() {
            boolean skipped = certain && json.stream().noneMatch(wanted::knows);
            json.forEach(skipped ? this::skip : this::take);
            boolean readsTable = !folders.isEmpty() || readsLog || (readsJsonLog && !skipped);
            if (readsTable && table.isPresent()) { // else other files may lie beside one
                throw table.get();
            }
        }
    }

    private static String ending(String path) {
        Matcher matcher = ENDING.matcher(path.toLowerCase(Locale.ROOT));
        return matcher.matches() ? matcher.group(1) : OTHER;
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
