package io.github.hyenaspark.data.document.fasta;

import io.github.hyenaspark.data.document.SourceConfig.WrongSettingException;
import io.github.hyenaspark.io.Storage;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;

/** A BED file's intervals; the fourth column is a split. Comment, track, browser and empty lines are skipped. */
final class BedFile {
    private static final int COLUMNS = 4;
    private static final Pattern PASSED_OVER = Pattern.compile("#.*|(track|browser)(\\s.*)?");
    private static final Pattern NUMBER = Pattern.compile("[0-9]{1,18}");
    private static final Map<String, String> SPLITS = Map.of(
            "train", "train", "valid", "validation", "val", "validation", "validation", "validation", "test", "test");

    private final Map<String, List<Interval>> intervals = new TreeMap<>();
    private final String uri;

    private BedFile(String uri) {
        this.uri = uri;
    }

    static BedFile load(Storage storage, String uri) throws IOException {
        var file = new BedFile(uri);
        String[] lines = new String(storage.read(uri), StandardCharsets.UTF_8)
                .replaceFirst("^\uFEFF", "")
                .split("\r?\n", -1);
        for (int i = 0; i < lines.length; i++) {
            if (!lines[i].isBlank() && !PASSED_OVER.matcher(lines[i]).matches()) {
                file.add(lines[i], i + 1);
            }
        }
        file.intervals.values().forEach(file::order);
        return file;
    }

    /** The intervals of a contig by start; empty if it has none. */
    List<Interval> intervals(String contig) {
        return intervals.getOrDefault(contig, List.of());
    }

    private void add(String line, int number) {
        String[] columns = line.split("\t", -1);
        if (columns.length < COLUMNS) {
            throw wrong(
                    number,
                    "found " + columns.length + " columns in \"" + line
                            + "\", expected contig, start, end and split with tabs between them");
        }
        if (!NUMBER.matcher(columns[1]).matches() || !NUMBER.matcher(columns[2]).matches()) {
            throw wrong(number, "found start \"" + columns[1] + "\" and end \"" + columns[2] + "\", expected numbers");
        }
        long start = Long.parseLong(columns[1]);
        long end = Long.parseLong(columns[2]);
        if (start >= end) {
            throw wrong(number, "found start " + start + " and end " + end + ", expected the end after the start");
        }
        String split = SPLITS.getOrDefault(columns[3].strip(), "");
        if (split.isEmpty()) {
            throw wrong(number, "found split \"" + columns[3] + "\", expected train, valid, validation or test");
        }
        intervals.computeIfAbsent(columns[0], contig -> new ArrayList<>()).add(new Interval(start, end, split, number));
    }

    private void order(List<Interval> ofContig) {
        ofContig.sort(Comparator.comparingLong(Interval::start));
        for (int i = 1; i < ofContig.size(); i++) {
            Interval before = ofContig.get(i - 1);
            Interval next = ofContig.get(i);
            if (next.start() < before.end()) {
                int first = Math.min(before.line(), next.line());
                int second = Math.max(before.line(), next.line());
                throw wrong(
                        second,
                        "its interval and that of line " + first + " have bases in common: [" + before.start() + ", "
                                + before.end() + ") and [" + next.start() + ", " + next.end() + ")");
            }
        }
    }

    private WrongSettingException wrong(int line, String problem) {
        return new WrongSettingException("data.source.fasta.bed: " + uri + ", line " + line + ": " + problem);
    }

    /** Bases of a FASTA record, from 0, the end exclusive; the split may be empty, line 0 is a whole record. */
    record Interval(long start, long end, String split, int line) {
        static final Interval WHOLE = new Interval(0, Long.MAX_VALUE, "", 0);

        boolean isWhole() {
            return line == 0;
        }
    }
}
