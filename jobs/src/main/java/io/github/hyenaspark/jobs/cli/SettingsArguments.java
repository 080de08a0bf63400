package io.github.hyenaspark.jobs.cli;

import io.github.hyenaspark.config.Settings;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Parameters;

/** The files of settings and {@code key=value} arguments of a command line. */
public final class SettingsArguments {
    @Parameters(
            index = "0+", // after the other parameters of a command
            paramLabel = "FILE.conf|KEY=VALUE",
            arity = "0..*",
            description = "Files of settings, then single settings. Later ones win.")
    private List<String> words = List.of();

    public Settings load() {
        return load(List.of());
    }

    Settings load(List<String> defaults) {
        List<String> all = new ArrayList<>(defaults);
        all.addAll(words);
        Settings settings = Settings.load(all);
        settings.refuseUnknownSections();
        return settings;
    }
}
