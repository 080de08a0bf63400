package io.github.hyenaspark.data.prepare;

import io.github.hyenaspark.data.document.InputFile;
import io.github.hyenaspark.data.shard.Split;
import io.github.hyenaspark.io.Hashes;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * Which documents are for validation: those of a list of file names, paths relative to the input or given ids, or a
 * share, in [0, 1), chosen by a hash of the content or of a user's column, so that a document never changes its split
 * when others join, and equal documents share one.
 */
public record SplitRule(double fraction, Set<String> names, String column) {
    private static final double LIKELY = 0.05;
    private static final int CANDIDATES_SHOWN = 20;
    private static final int FRACTION_DIGITS = 13;

    public SplitRule {
        names = Set.copyOf(names);
    }

    /** The split of a document; {@code sha256} is the hex hash of its content, {@code ids} are those given to it. */
    public Split split(String path, Collection<String> ids, Map<String, String> columns, String sha256) {
        boolean validation = names.isEmpty()
                ? share(columns.containsKey(column) ? Hashes.sha256(columns.getOrDefault(column, "")) : sha256)
                        < fraction
                : names.contains(path) || names.contains(fileName(path)) || !Collections.disjoint(names, ids);
        return validation ? Split.VALIDATION : Split.TRAIN;
    }

    /**
     * What to say if it is likely that none of so many different documents is held out, though some should be; not if
     * names decide.
     */
    public Optional<String> noneHeldOut(long documents) {
        if (!names.isEmpty() || fraction == 0) {
            return Optional.empty();
        }
        double chance = StrictMath.pow(1 - fraction, (double) documents);
        return chance < LIKELY
                ? Optional.empty()
                : Optional.of(String.format(
                        Locale.ROOT,
                        "data.validation-fraction=%s may hold nothing out (documents: %d, chance: %.0f %%), and then"
                                + " training cannot measure its loss on unseen text; set data.validation-documents or"
                                + " a larger fraction before you go on",
                        fraction,
                        documents,
                        100 * chance));
    }

    /** The first 52 bits of a hash as a number in [0, 1). */
    private static double share(String sha256) {
        return Long.parseLong(sha256, 0, FRACTION_DIGITS, 16) * 0x1p-52;
    }

    /** Compares the names with the files there are, if every file is a document; it may see them one by one. */
    public final class Check {
        private final Set<String> missing = new TreeSet<>(names);
        private final List<InputFile> candidates = new ArrayList<>();
        private long files;
        private long named;

        public void see(InputFile file) {
            files++;
            if (names.isEmpty()) {
                return;
            }
            String name = fileName(file.path());
            missing.remove(file.path());
            missing.remove(name);
            named += names.contains(file.path()) || names.contains(name) ? 1 : 0;
            candidates.add(file);
            if (candidates.size() > 2 * CANDIDATES_SHOWN) {
                candidates.sort(Comparator.comparing(InputFile::path));
                candidates.subList(CANDIDATES_SHOWN, candidates.size()).clear();
            }
        }

        /** Throws if a name is none of the files', or all files are named. */
        public void end() {
            if (!missing.isEmpty()) {
                candidates.sort(Comparator.comparing(InputFile::path));
                throw new IllegalArgumentException("data.validation-documents: there is no document \""
                        + missing.iterator().next() + "\", expected some of " + candidates(candidates, files));
            }
            if (!names.isEmpty() && named == files) {
                throw new IllegalArgumentException("data.validation-documents: found all " + files
                        + " documents of the input, expected at least one to be left to train on");
            }
        }
    }

    /** What a path ends with, by which a list may name its documents. */
    public static String fileName(String path) {
        return path.substring(path.lastIndexOf('/') + 1);
    }

    private static String candidates(List<InputFile> files, long all) {
        String shown =
                files.stream().limit(CANDIDATES_SHOWN).map(InputFile::path).collect(Collectors.joining(", "));
        long more = all - CANDIDATES_SHOWN;
        return more > 0 ? shown + " and " + more + " more" : shown;
    }
}
