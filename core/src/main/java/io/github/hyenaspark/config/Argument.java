package io.github.hyenaspark.config;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigException;
import com.typesafe.config.ConfigFactory;
import com.typesafe.config.ConfigIncludeContext;
import com.typesafe.config.ConfigIncluder;
import com.typesafe.config.ConfigIncluderFile;
import com.typesafe.config.ConfigObject;
import com.typesafe.config.ConfigParseOptions;
import com.typesafe.config.ConfigParseable;
import com.typesafe.config.ConfigValueFactory;
import java.io.File;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** One argument of the command line: a file of settings or {@code key=value}. */
final class Argument {
    private static final Pattern KEY_VALUE =
            Pattern.compile("([\\p{Alnum}_-]+(?:\\.[\\p{Alnum}_-]+)*)=(.*)", Pattern.DOTALL);

    private Argument() {}

    static Config parse(String argument) {
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
            return ConfigValueFactory.fromAnyRef(value, origin).atPath(key);
        }
        try {
            return ConfigFactory.parseString(
                            "value = " + value, ConfigParseOptions.defaults().setOriginDescription(origin))
                    .getValue("value")
                    .atPath(key);
        } catch (ConfigException e) {
            throw new IllegalArgumentException(
                    "cannot understand the " + origin + ": a value that begins with [ or { must be a complete list or"
                            + " object; put text that begins with one into a file, in quotes",
                    e);
        }
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
