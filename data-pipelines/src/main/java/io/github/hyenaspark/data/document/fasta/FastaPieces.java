package io.github.hyenaspark.data.document.fasta;

import io.github.hyenaspark.data.bytes.ByteSearch;
import io.github.hyenaspark.data.document.SourceConfig;
import io.github.hyenaspark.data.document.stream.ByteSlice;
import java.io.IOException;
import java.util.Arrays;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;

/** The documents of one FASTA record: its intervals, or what lies between long runs of N, masked as configured. */
final class FastaPieces {
    private static final byte MASKED = '#';
    private static final long LOWER_CASE = ByteSearch.repeated(0x20);
    private static final long UNKNOWN = ByteSearch.repeated('n');

    private final FastaRecord record;
    private final SourceConfig.Fasta config;
    private final ByteSlice letters; // of the interval; its positions are bases
    private Iterator<BedFile.Interval> intervals = Collections.emptyIterator();
    private BedFile.Interval interval = BedFile.Interval.WHOLE;
    private boolean open; // whether the interval may have more pieces
    private boolean inRun;
    private int known; // letters.bytes[letters.at..known) are of this piece and in no long run

    FastaPieces(FastaRecord record, SourceConfig.Fasta config) {
        this.record = record;
        this.config = config;
        this.letters = new ByteSlice(record, 0);
    }

    void begin(List<BedFile.Interval> ofRecord) {
        intervals = ofRecord.iterator();
        open = false;
    }

    long base() {
        return letters.position();
    }

    BedFile.Interval interval() {
        return interval;
    }

    /** Whether a piece is less than its record. */
    boolean isPart() {
        return !interval.isWhole() || config.nRuns() == SourceConfig.NRuns.SPLIT;
    }

    /** Moves to the next piece of the record once the previous one was read to its end; false if there is none. */
    boolean next() throws IOException {
        while (open || intervals.hasNext()) {
            if (!open) {
                interval = intervals.next();
                record.select(interval);
                letters.reset(record, interval.start());
                checkReached(interval.start());
                known = 0;
                inRun = false;
            }
            open = toPiece();
            if (open) {
                return true;
            }
            checkComplete();
        }
        return false;
    }

    private boolean toPiece() throws IOException {
        while (letters.more()) {
            if (config.nRuns() != SourceConfig.NRuns.SPLIT || !isLongRun()) {
                return true;
            }
            passRun();
        }
        return false;
    }

    private void passRun() throws IOException {
        while (letters.more() && isUnknown(letters.bytes[letters.at])) {
            letters.at++;
        }
    }

    /** The next letters of the piece; -1 at its end. */
    int read(byte[] to, int at, int count) throws IOException {
        known = known <= letters.at ? 0 : known; // before the window moves
        if (!letters.more()) {
            checkComplete();
            return -1;
        }
        inRun = inRun && isUnknown(letters.bytes[letters.at]);
        if (!inRun && known <= letters.at && isLongRun()) {
            if (config.nRuns() == SourceConfig.NRuns.SPLIT) {
                return -1;
            }
            inRun = true;
        }
        return inRun ? mask(to, at, count) : copy(to, at, count);
    }

    private int mask(byte[] to, int at, int count) {
        int end = Math.min(letters.end, letters.at + count);
        int masked = runEnd(letters.at, end) - letters.at;
        Arrays.fill(to, at, at + masked, MASKED);
        letters.at += masked;
        return masked;
    }

    private int copy(byte[] to, int at, int count) {
        int copied = Math.min(count, known - letters.at);
        System.arraycopy(letters.bytes, letters.at, to, at, copied);
        letters.at += copied;
        if (config.lowerCase() == SourceConfig.LowerCase.MASK) {
            for (int i = at; i < at + copied; i++) {
                to[i] = to[i] >= 'a' ? MASKED : to[i];
            }
        }
        return copied;
    }

    /** Whether a long run begins here; if not, sets what is known up to the next one. */
    private boolean isLongRun() throws IOException {
        int from = letters.at;
        while (config.nRuns() != SourceConfig.NRuns.KEEP && from < letters.end) {
            int start = runStart(from, letters.end);
            int end = runEnd(start, letters.end);
            boolean cut = start < end && end == letters.end && !letters.ended();
            if (end - start >= config.nRunBases() || (cut && start > letters.at)) {
                known = start;
                return start == letters.at;
            }
            if (cut) {
                letters.require(end - start + 1);
                from = letters.at;
            } else {
                from = end;
            }
        }
        known = letters.end;
        return false;
    }

    private int runStart(int from, int to) {
        int i = from;
        while (i <= to - Long.BYTES
                && ByteSearch.zeros((ByteSearch.word(letters.bytes, i) | LOWER_CASE) ^ UNKNOWN) == 0) {
            i += Long.BYTES;
        }
        while (i < to && !isUnknown(letters.bytes[i])) {
            i++;
        }
        return i;
    }

    private int runEnd(int from, int to) {
        int i = from;
        while (i < to && isUnknown(letters.bytes[i])) {
            i++;
        }
        return i;
    }

    private static boolean isUnknown(byte letter) {
        return (letter | 0x20) == 'n';
    }

    /** Refuses a record without letters, and one that ends before an interval does. */
    private void checkComplete() throws IOException {
        if (!interval.isWhole()) {
            checkReached(interval.end());
        } else if (record.base() == 0) {
            throw record.bad("no sequence");
        }
    }

    private void checkReached(long base) throws IOException {
        if (record.base() < base) {
            throw record.bad(
                    "the interval [" + interval.start() + ", " + interval.end() + ") of line " + interval.line()
                            + " of the BED file ends after the record, which has " + record.base() + " letters");
        }
    }
}
