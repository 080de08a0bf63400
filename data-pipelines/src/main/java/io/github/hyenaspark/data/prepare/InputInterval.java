package io.github.hyenaspark.data.prepare;

import io.github.hyenaspark.data.document.InputFile;
import java.io.Serializable;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;

/**
 * The times of change of the new files that a scheduled run takes. A file that is already in the dataset is never left
 * out.
 *
 * @param startMillis inclusive, milliseconds since 1970
 * @param endMillis exclusive
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

    public boolean contains(InputFile file) {
        return file.modifiedMillis() >= startMillis && file.modifiedMillis() < endMillis;
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
