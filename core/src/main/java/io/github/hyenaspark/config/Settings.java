package io.github.hyenaspark.config;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.typesafe.config.Config;
import com.typesafe.config.ConfigException;
import com.typesafe.config.ConfigFactory;
import com.typesafe.config.ConfigIncludeContext;
import com.typesafe.config.ConfigIncluder;
import com.typesafe.config.ConfigIncluderFile;
import com.typesafe.config.ConfigObject;
import com.typesafe.config.ConfigParseOptions;
import com.typesafe.config.ConfigParseable;
import com.typesafe.config.ConfigValue;
import io.github.hyenaspark.io.Json;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * The effective settings: the defaults of {@code reference.conf}, overridden by HOCON files and {@code key=value}
 * arguments. A value takes the type of its default, so {@code lr=2e-3} and {@code lr = 0.002} are the same setting.
 */
public final class Settings {
    /** The place of a value that nobody has set. */
    static final String DEFAULTS = "reference.conf";

    private static final Pattern KEY_VALUE =
            Pattern.compile("([\\p{Alnum}_-]+(?:\\.[\\p{Alnum}_-]+)*)=(.*)", Pattern.DOTALL);

    private final ConfigObject root;
    private final ObjectNode tree;

    private Settings(Config config, Config defaults) {
        root = config.root();
        tree = TypedTree.object(root, defaults.root());
    }

    /**
     * Settings from the command line, later arguments over earlier ones: paths that end in {@code .conf} or
     * {@code .json}, or {@code key=value}, where a value that begins with a bracket or brace is HOCON, any other is
     * literal. IllegalArgumentException if an argument is neither, or a file cannot be read or parsed.
     */
    public static Settings load(List<String> arguments) {
        Config defaults = defaults();
        try {
            return over(defaults, arguments, defaults);
        } catch (ConfigException e) {
            throw new IllegalArgumentException("cannot understand the settings: " + e.getMessage(), e);
        }
    }

    /** Whether an argument is one of {@link #load}, or a key that lacks its value; any other may be a place. */
    public static boolean isSetting(String argument) {
        String section = argument.replaceFirst("[.].*", "") + " {";
        String key = argument.replaceFirst(".*[.]", "") + " = ";
        return KEY_VALUE.matcher(argument).matches()
                || argument.endsWith(".conf")
                || argument.endsWith(".json")
                || (reference().lines().anyMatch(section::equals)
                        && reference().lines().anyMatch(line -> line.strip().startsWith(key)));
    }

    /** These settings, overridden by arguments as {@link #load} takes them. */
    public Settings with(List<String> arguments) {
        return over(root.toConfig(), arguments, defaults());
    }

    private static Settings over(Config base, List<String> arguments, Config defaults) {
        Config config = base;
        for (String argument : arguments) {
            config = parse(argument).withFallback(config);
        }
        return new Settings(config.resolve(), defaults);
    }

    /** Settings that {@link #render} or {@link #renderSections} wrote, over the current defaults. */
    public static Settings ofJson(String json) {
        Config defaults = defaults();
        try {
            Config stored = ConfigFactory.parseString(
                    json, ConfigParseOptions.defaults().setOriginDescription("stored settings"));
            return new Settings(stored.withFallback(defaults).resolve(), defaults);
        } catch (ConfigException e) {
            throw new IllegalArgumentException("cannot understand stored settings: " + e.getMessage(), e);
        }
    }

    /**
     * A section as a record. Component {@code dModel} is key {@code d-model}; a component that is a record is a nested
     * section; enum constants are spelled as {@link SettingNames#of} says. IllegalArgumentException naming key, place
     * and known keys if a key or its value is wrong.
     */
    public <T> T bind(String section, Class<T> record) {
        return new RecordBinding(root, tree).bind(section, record);
    }

    /** The file of settings that has the value of a key; empty if it comes from anywhere else, or is not there. */
    public Optional<String> fileOf(String key) {
        Config config = root.toConfig();
        return config.hasPath(key)
                ? Optional.ofNullable(config.getValue(key).origin().filename())
                : Optional.empty();
    }

    /** Refuses sections and keys that {@code reference.conf} lacks, naming the first and its place. */
    public void refuseUnknown() {
        refuseUnknown("", root, defaults().root());
    }

    private static void refuseUnknown(String section, ConfigObject found, ConfigObject expected) {
        Set<String> known = new TreeSet<>(expected.keySet());
        String within = section.isEmpty() ? "" : section + ".";
        for (String key : new TreeSet<>(found.keySet())) {
            ConfigValue value = Objects.requireNonNull(found.get(key));
            if (!known.contains(key)) {
                throw new IllegalArgumentException("unknown " + (section.isEmpty() ? "section " : "key ") + within + key
                        + RecordBinding.place(value)
                        + SettingNames.suggestion(key, known, within)
                        + (section.isEmpty() ? "; known sections: " : "; known keys of " + section + ": ") + known);
            }
            if (value instanceof ConfigObject below && expected.get(key) instanceof ConfigObject like) {
                refuseUnknown(within + key, below, like);
            }
        }
    }

    public String render() {
        return Json.line(tree);
    }

    /** Sections as JSON on one line, with sorted keys and normalised numbers: equal settings give equal text. */
    public String renderSections(Collection<String> sections) {
        ObjectNode part = tree.objectNode();
        for (String section : new TreeSet<>(sections)) {
            if (!tree.has(section)) {
                throw new IllegalArgumentException(
                        "there is no section " + section + "; known sections: " + new TreeSet<>(root.keySet()));
            }
            part.set(section, tree.get(section));
        }
        return Json.line(part);
    }

    /** The settings of some sections that differ from the defaults, as {@code key=value}, sorted. */
    public List<String> changes(Collection<String> sections) {
        Map<String, JsonNode> unchanged =
                Json.flat(TypedTree.object(defaults().root(), defaults().root()));
        List<String> changes = new ArrayList<>();
        Json.flat(tree).forEach((key, value) -> {
            if (sections.contains(key.replaceFirst("[.].*", "")) && !value.equals(unchanged.get(key))) {
                changes.add(key + "=" + (value.isTextual() ? value.textValue() : Json.line(value)));
            }
        });
        return changes;
    }

    /** A section of {@code reference.conf} as it stands there, every key with its comment: the help text. */
    public static String defaultsOf(String section) {
        StringBuilder lines = new StringBuilder();
        for (String line : reference().lines().toList()) {
            if (line.equals(section + " {") || !lines.isEmpty()) {
                lines.append(line).append('\n');
            }
            if (line.equals("}") && !lines.isEmpty()) {
                return lines.toString();
            }
        }
        throw new IllegalArgumentException("there is no section " + section);
    }

    private static Config defaults() {
        return ConfigFactory.parseString(
                withoutComments(reference()), ConfigParseOptions.defaults().setOriginDescription(DEFAULTS));
    }

    /** Two thirds of {@code reference.conf} are comments, and to the parser each letter of them takes its time. */
    private static String withoutComments(String hocon) {
        return hocon.lines()
                .map(line -> {
                    int comment = line.indexOf('#');
                    boolean quoted = comment >= 0 && line.indexOf('"', comment) >= 0;
                    return comment < 0 || quoted ? line : line.substring(0, comment);
                })
                .map(String::strip)
                .collect(Collectors.joining("\n"));
    }

    private static String reference() {
        try (var in = Objects.requireNonNull(
                Settings.class.getResourceAsStream("reference.conf"), "reference.conf is not beside Settings")) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException("the defaults in reference.conf could not be read", e);
        }
    }

    private static Config parse(String argument) {
        Matcher matcher = KEY_VALUE.matcher(argument);
        if (matcher.matches()) {
            return keyValue(matcher.group(1), matcher.group(2));
        }
        if (argument.endsWith(".conf") || argument.endsWith(".json")) {
            return file(argument);
        }
        throw new IllegalArgumentException("cannot understand the argument \"" + argument
                + "\": expected a file that ends in .conf or .json, or key=value such as train.rounds=10");
    }

    private static Config keyValue(String key, String value) {
        String origin = "argument " + key + "=" + value;
        if (!value.startsWith("[") && !value.startsWith("{")) {
            return at(key, value, origin);
        }
        try {
            Config parsed = ConfigFactory.parseString(
                    "value = " + value, ConfigParseOptions.defaults().setOriginDescription(origin));
            return at(key, parsed.getValue("value"), origin);
        } catch (ConfigException e) {
            throw new IllegalArgumentException(
                    "cannot understand the " + origin + ": a value that begins with [ or { must be a complete list or"
                            + " object; put text that begins with one into a file, in quotes",
                    e);
        }
    }

    /** With the argument as the place of the sections above the key, too. */
    private static Config at(String key, Object value, String origin) {
        return ConfigFactory.parseMap(Map.of(key, value), origin);
    }

    private static Config file(String path) {
        File file = new File(path);
        if (!file.isFile()) {
            throw new IllegalArgumentException(
                    "there is no file of settings " + path + " (looked for " + file.getAbsolutePath() + ")");
        }
        return ConfigFactory.parseFile(
                file, ConfigParseOptions.defaults().setAllowMissing(false).setIncluder(new RequiredIncludes()));
    }

    /** Includes files relative to the including one. HOCON skips a file that is missing; a run must not. */
    private static final class RequiredIncludes implements ConfigIncluder, ConfigIncluderFile {
        @Override
        public ConfigIncluder withFallback(ConfigIncluder fallback) {
            return this;
        }

        @Override
        public ConfigObject include(ConfigIncludeContext context, String what) {
            ConfigParseable included = context.relativeTo(what);
            try {
                return included.parse(required(included.options()));
            } catch (ConfigException.IO e) {
                throw new IllegalArgumentException(
                        "cannot include \"" + what + "\": no such file beside the one that includes it", e);
            }
        }

        @Override
        public ConfigObject includeFile(ConfigIncludeContext context, File what) {
            if (!what.isFile()) {
                throw new IllegalArgumentException("cannot include \"" + what + "\": no such file");
            }
            return ConfigFactory.parseFile(what, required(context.parseOptions()))
                    .root();
        }

        private ConfigParseOptions required(ConfigParseOptions options) {
            return options.setAllowMissing(false).setIncluder(this);
        }
    }
}
