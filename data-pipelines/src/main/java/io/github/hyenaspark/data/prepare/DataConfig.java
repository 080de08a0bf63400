package io.github.hyenaspark.data.prepare;

import io.github.hyenaspark.data.batch.PackingConfig;
import io.github.hyenaspark.data.document.SourceConfig;
import io.github.hyenaspark.data.document.clean.CleanConfig;
import io.github.hyenaspark.data.document.input.InputListing;
import io.github.hyenaspark.data.task.TaskInput;
import io.github.hyenaspark.data.token.Tokenizer;
import io.github.hyenaspark.io.Refusal;
import io.github.hyenaspark.io.Storage;
import java.io.IOException;
import java.io.Serializable;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.TreeMap;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The section {@code data}; {@code reference.conf} describes its keys. */
public record DataConfig(
        String input,
        String dataset,
        String snapshot,
        String tokenizer,
        long unitBytes,
        long shardBytes,
        double validationFraction,
        List<String> validationDocuments,
        String splitBy,
        SourceConfig source,
        CleanConfig clean,
        PackingConfig.Strategy packing,
        double maxBadFraction,
        OnChanged onChanged,
        boolean prune,
        String minAge,
        boolean dryRun,
        String intervalStart,
        String intervalEnd)
        implements Serializable {
    private static final Logger LOG = LoggerFactory.getLogger(DataConfig.class);
    private static final String ON_DISK = "file:";
    private static final Pattern AGE = Pattern.compile("(\\d{1,9})([smhd]?)");

    public DataConfig {
        Refusal.unless(unitBytes >= 1, "data.unit-bytes", unitBytes, "at least 1 byte");
        boolean fits = shardBytes >= 1 && shardBytes < 1L << Integer.SIZE;
        Refusal.unless(fits, "data.shard-bytes", shardBytes, "1 to 4294967295 bytes");
        boolean share = validationFraction >= 0 && validationFraction < 1;
        Refusal.unless(share, "data.validation-fraction", validationFraction, "a number in [0, 1)");
        validationDocuments = Collections.unmodifiableList(new ArrayList<>(validationDocuments));
        boolean column = splitBy.isBlank() || source.columns().contains(splitBy);
        Refusal.unless(
                column, "data.split-by", "\"" + splitBy + "\"", "one of data.source.columns " + source.columns());
        boolean masks = source.fasta().nRuns() == SourceConfig.NRuns.MASK
                || source.fasta().lowerCase() == SourceConfig.LowerCase.MASK;
        Refusal.unless(
                !masks || tokenizer.equals("dna"),
                "data.tokenizer",
                tokenizer,
                "dna, because data.source.fasta masks bases");
        boolean bad = maxBadFraction >= 0 && maxBadFraction <= 1;
        Refusal.unless(bad, "data.max-bad-fraction", maxBadFraction, "a number in [0, 1]");
        InputInterval.of(intervalStart, intervalEnd);
        minAgeMillis(minAge);
    }

    public void checkPlaces() {
        Refusal.unless(!input.isBlank(), "data.input", "\"" + input + "\"", "a directory, a file or a glob");
        checkDataset();
    }

    public void checkDataset() {
        Refusal.unless(!dataset.isBlank(), "data.dataset", "\"" + dataset + "\"", "a directory");
    }

    /** The same with absolute places, for readers in another working directory. */
    public DataConfig qualified(Storage storage) throws IOException {
        SourceConfig.Fasta fasta = source.fasta();
        SourceConfig places = source.withFasta(new SourceConfig.Fasta(
                fasta.nRuns(), fasta.nRunBases(), fasta.lowerCase(), absolute(storage, fasta.bed())));
        String named = Tokenizer.place(storage, tokenizer);
        return new DataConfig(
                absolute(storage, TaskInput.isTask(input) ? TaskInput.directory(dataset) : input),
                absolute(storage, dataset),
                snapshot,
                named.endsWith(Tokenizer.FILE_ENDING) ? absolute(storage, named) : named,
                unitBytes,
                shardBytes,
                validationFraction,
                validationDocuments,
                splitBy,
                places,
                clean,
                packing,
                maxBadFraction,
                onChanged,
                prune,
                minAge,
                dryRun,
                intervalStart,
                intervalEnd);
    }

    private static String absolute(Storage storage, String place) throws IOException {
        if (place.isBlank()) {
            return place;
        }
        String uri = storage.qualify(place);
        // a plain path stays one, for messages that people recognise
        return uri.startsWith(ON_DISK) && !place.startsWith(ON_DISK) ? uri.substring(ON_DISK.length()) : uri;
    }

    public InputInterval interval() {
        return InputInterval.of(intervalStart, intervalEnd);
    }

    public SplitRule splitRule() {
        return new SplitRule(validationFraction, new HashSet<>(validationDocuments), splitBy);
    }

    /**
     * The files of {@code data.input}, without those of the dataset, which may lie in a folder of its input; logs the
     * skipped ones. Refuses an input that is missing, empty, or in the dataset's directory (unless it is the examples
     * of a task).
     */
    public InputListing files(Storage storage) throws IOException {
        return files(storage, /* mayBeEmpty= */ false, () -> file -> true);
    }

    /** The same, holding only the files that are wanted; each is asked for once, in no order. */
    public InputListing files(Storage storage, boolean mayBeEmpty, Supplier<InputListing.Wanted> wanted)
            throws IOException {
        if (!dataset.isBlank() && TaskInput.directory(dataset).equals(input)) {
            InputListing examples = InputListing.of(storage, input, source, "", mayBeEmpty, wanted);
            return new InputListing(examples.root(), examples.files(), examples.documents(), new TreeMap<>());
        }
        String own = dataset.isBlank() ? "" : Storage.resolve(storage.qualify(dataset), "/");
        InputListing found = InputListing.of(storage, input, source, own, mayBeEmpty, wanted);
        if (found.documents() == 0 && !mayBeEmpty) {
            throw new IllegalArgumentException("data.dataset: found " + dataset
                    + ", which has every file of data.input " + input + " in it, expected a directory of its own");
        }
        if (!found.skipped().isEmpty()) {
            LOG.info("skipped {}; {}", found.skippedInWords(), InputListing.ADVICE);
        }
        return found;
    }

    /**
     * A changed file stops the run; or is prepared again, and its old documents leave the dataset; or its old documents
     * stay.
     */
    public enum OnChanged {
        STOP,
        REPLACE,
        KEEP
    }

    /** How old a file must be before it is taken, in milliseconds: younger ones may still be written. */
    public long minAgeMillis() {
        return minAgeMillis(minAge);
    }

    private static long minAgeMillis(String text) {
        Matcher found = AGE.matcher(text.strip());
        Refusal.unless(found.matches(), "data.min-age", "\"" + text + "\"", "a time such as 0, 90s, 15m, 2h or 1d");
        long count = Long.parseLong(found.group(1));
        return switch (found.group(2)) {
            case "m" -> Duration.ofMinutes(count).toMillis();
            case "h" -> Duration.ofHours(count).toMillis();
            case "d" -> Duration.ofDays(count).toMillis();
            default -> Duration.ofSeconds(count).toMillis();
        };
    }

    /**
     * The interval that a scheduled run is for, milliseconds since 1970, the end exclusive. New files changed at its
     * end or later wait for the next run. Those changed before its start are late, and taken: a file that is renamed
     * into place keeps its time, and no run would ever come back for it.
     */
    public record InputInterval(long startMillis, long endMillis) implements Serializable {
        /** Parses the settings; an empty text is no limit. */
        static InputInterval of(String start, String end) {
            long from = start.isBlank() ? Long.MIN_VALUE : millis("interval-start", start);
            long to = end.isBlank() ? Long.MAX_VALUE : millis("interval-end", end);
            if (to <= from) {
                throw new IllegalArgumentException(
                        "data.interval-end: found " + end + ", expected a time after data.interval-start=" + start);
            }
            return new InputInterval(from, to);
        }

        private static long millis(String key, String text) {
            try {
                return moment(text).toEpochMilli();
            } catch (DateTimeException e) {
                throw new IllegalArgumentException(
                        "data." + key + ": found \"" + text
                                + "\", expected a date or a time with its offset, such as 2026-11-24 or 2026-11-24T06:00:00Z",
                        e);
            }
        }

        private static Instant moment(String text) {
            return text.contains("T")
                    ? OffsetDateTime.parse(text).toInstant()
                    : LocalDate.parse(text).atStartOfDay(ZoneOffset.UTC).toInstant();
        }
    }
}
