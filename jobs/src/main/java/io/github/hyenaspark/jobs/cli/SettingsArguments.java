package io.github.hyenaspark.jobs.cli;

import io.github.hyenaspark.config.Settings;
import io.github.hyenaspark.io.Refusal;
import io.github.hyenaspark.io.store.Patience;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Parameters;

/** The files of settings and {@code key=value} arguments of a command line. */
public final class SettingsArguments {
    private static final String PATIENCE = "run.store-patience-seconds=";

    @Parameters(
            index = "0+",
            paramLabel = "FILE.conf|KEY=VALUE",
            arity = "0..*",
            description = "Files of settings, then single settings. Later ones win.")
    private List<String> words = List.of();

    private final String place;

    public SettingsArguments() {
        this("");
    }

    /** Also takes one word alone as the value of a key, such as the directory of a run for {@code run.dir}. */
    public SettingsArguments(String place) {
        this.place = place;
    }

    /** Those of the settings; from now on this process, and executors that it starts, wait for stores as they say. */
    public Settings load() {
        return load(List.of(), List.of());
    }

    /** The same over defaults and under what is kept. */
    Settings load(List<String> defaults, List<String> kept) {
        List<String> all = new ArrayList<>(defaults);
        all.addAll(placed());
        all.addAll(kept);
        Settings settings = Settings.load(all);
        settings.refuseUnknown();
        settings.changes(List.of("run")).stream()
                .filter(change -> change.startsWith(PATIENCE))
                .forEach(change -> wait(change.substring(PATIENCE.length())));
        return settings;
    }

    private static void wait(String seconds) {
        boolean isTime = seconds.matches("[0-9]{1,9}");
        Refusal.unless(isTime, "run.store-patience-seconds", seconds, "a whole number of seconds, at least 0");
        System.setProperty("spark.hadoop." + Patience.KEY, seconds);
    }

    private List<String> placed() {
        Optional<String> alone =
                words.stream().filter(word -> !Settings.isSetting(word)).findFirst();
        if (place.isEmpty() || alone.isEmpty()) {
            return words;
        }
        String placed = place + "=" + alone.get();
        for (String word : words) {
            if (word.startsWith(place + "=") && !word.equals(placed)) {
                throw new IllegalArgumentException(place + ": found " + word.substring(place.length() + 1) + " beside "
                        + alone.get() + ", expected one of the two; leave one out, or"
                        + " put a value that has blanks into quotes");
            }
        }
        List<String> all = new ArrayList<>(words);
        all.set(words.indexOf(alone.get()), placed);
        return all;
    }

    /** A place that may be given as {@code run.dir=PLACE} or {@code data.dataset=PLACE} too. */
    public static String place(String word) {
        return word.replaceFirst("^(run[.]dir|data[.]dataset)=", "");
    }
}
