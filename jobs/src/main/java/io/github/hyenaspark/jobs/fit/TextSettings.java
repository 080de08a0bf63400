package io.github.hyenaspark.jobs.fit;

import io.github.hyenaspark.config.Settings;
import io.github.hyenaspark.data.document.clean.CleanConfig;
import io.github.hyenaspark.data.prepare.DataConfig;
import io.github.hyenaspark.io.CorruptFileException;
import io.github.hyenaspark.io.Refusal;
import io.github.hyenaspark.jobs.spark.run.ResumeCompatibility;
import java.util.List;
import java.util.stream.Stream;

/**
 * The settings that change a text before it becomes tokens: a model is to read texts as those that it learnt from were
 * read.
 *
 * @param arguments every one of them, as {@code key=value}; none if it is not known what a model learnt from
 */
public record TextSettings(List<String> arguments) {
    private static final List<String> KEYS = List.of(
            "data.clean.normalisation",
            "data.clean.steps",
            "data.source.fasta.lower-case",
            "data.source.fasta.n-run-bases",
            "data.source.fasta.n-runs");

    /** Of a model of an older version, which does not say. */
    static final TextSettings UNKNOWN = new TextSettings(List.of());

    public TextSettings {
        arguments = List.copyOf(arguments);
    }

    static TextSettings of(Settings settings) throws CorruptFileException {
        return new TextSettings(ResumeCompatibility.arguments(settings.renderSections(List.of("data"))).stream()
                .filter(argument -> KEYS.contains(key(argument)))
                .toList());
    }

    /** Refuses settings that would read texts in another way than these. */
    void check(Settings settings) throws CorruptFileException {
        List<String> found = of(settings).arguments;
        for (int i = 0; i < arguments.size(); i++) {
            Refusal.unless(
                    found.contains(arguments.get(i)),
                    key(arguments.get(i)),
                    value(found.get(i)),
                    value(arguments.get(i)) + ", with which the model was fitted; leave it out");
        }
    }

    /** Defaults of a command that reads texts for the model; none but {@code dna} masks bases. */
    List<String> defaults() {
        boolean masks = arguments.stream().anyMatch(argument -> argument.endsWith("=mask"));
        return Stream.concat(arguments.stream(), masks ? Stream.of("data.tokenizer=dna") : Stream.empty())
                .toList();
    }

    /** How the text itself is cleaned. */
    CleanConfig clean() {
        return Settings.load(defaults()).bind("data", DataConfig.class).clean();
    }

    private static String key(String argument) {
        return argument.substring(0, argument.indexOf('='));
    }

    private static String value(String argument) {
        return argument.substring(argument.indexOf('=') + 1);
    }
}
