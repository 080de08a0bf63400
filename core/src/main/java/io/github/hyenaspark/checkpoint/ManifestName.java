package io.github.hyenaspark.checkpoint;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Orders checkpoints: by completed rounds, then by the epoch of the driver that saved. Clocks play no part. */
record ManifestName(long round, long epoch) implements Comparable<ManifestName> {
    private static final Pattern FILE = Pattern.compile("(\\d{12,18})-(\\d{1,18})\\.json");
    private static final int DIGITS = 12; // of the round, with zeros in front

    static Optional<ManifestName> parse(String file) {
        Matcher matcher = FILE.matcher(file);
        return matcher.matches()
                ? Optional.of(new ManifestName(Long.parseLong(matcher.group(1)), Long.parseLong(matcher.group(2))))
                : Optional.empty();
    }

    /** Parses a {@link #prefix()}, or an empty text, which names nothing. */
    static Optional<ManifestName> ofPrefix(String prefix) {
        Optional<ManifestName> name = parse(prefix + ".json");
        if (name.isEmpty() && !prefix.isEmpty()) {
            throw new IllegalArgumentException("a checkpoint is named as ROUND-EPOCH, found \"" + prefix + "\"");
        }
        return name;
    }

    String file() {
        return prefix() + ".json";
    }

    /** {@code ROUND-EPOCH}; the names of its data directories begin with it. */
    String prefix() {
        String digits = Long.toString(round);
        return "0".repeat(Math.max(0, DIGITS - digits.length())) + digits + "-" + epoch;
    }

    @Override
    public int compareTo(ManifestName other) {
        return round == other.round ? Long.compare(epoch, other.epoch) : Long.compare(round, other.round);
    }
}
