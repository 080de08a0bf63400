package io.github.hyenaspark.data.prepare;

import io.github.hyenaspark.data.document.InputFile;
import java.io.Serializable;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;

/**
 * Which new files a scheduled run takes: those that were last changed in it. A file that belongs to the dataset already
 * is never left out.
 *
 * @param startMillis first moment, milliseconds since 1970
 * @param endMillis first moment after it
 */
public record InputInterval(long startMillis, long endMillis) implements Serializable {
    /**
     * An interval as the settings have it; an empty text is no limit.
     *
     * @throws IllegalArgumentException if a text is no time, or the end is not after the start
     */
    static InputInterval of(String start, String end) {
        long from = start.isBlank() ? Long.MIN_VALUE : millis("interval-start", start);
        long to = end.isBlank() ? Long.MAX_VALUE : millis("interval-end", end);
        if (to <= from) {
            throw new IllegalArgumentException(
                    "data.interval-end: found " + end + ", expected a time after data.interval-start=" + start);
        }
        return new InputInterval(from, to);
    }

    boolean isLimited() {
        return startMillis != Long.MIN_VALUE || endMillis != Long.MAX_VALUE;
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
