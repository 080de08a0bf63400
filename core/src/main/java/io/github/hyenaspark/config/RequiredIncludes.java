package io.github.hyenaspark.config;

import com.typesafe.config.ConfigException;
import com.typesafe.config.ConfigFactory;
import com.typesafe.config.ConfigIncludeContext;
import com.typesafe.config.ConfigIncluder;
import com.typesafe.config.ConfigIncluderFile;
import com.typesafe.config.ConfigObject;
import com.typesafe.config.ConfigParseOptions;
import com.typesafe.config.ConfigParseable;
import java.io.File;

/** Includes files relative to the including one. HOCON skips a file that is missing; a run must not. */
final class RequiredIncludes implements ConfigIncluder, ConfigIncluderFile {
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
                    "cannot include \"" + what + "\": no such file beside the one that" + " includes it", e);
        }
    }

    @Override
    public ConfigObject includeFile(ConfigIncludeContext context, File what) {
        if (!what.isFile()) {
            throw new IllegalArgumentException("cannot include \"" + what + "\": no such file");
        }
        return ConfigFactory.parseFile(what, required(context.parseOptions())).root();
    }

    private ConfigParseOptions required(ConfigParseOptions options) {
        return options.setAllowMissing(false).setIncluder(this);
    }
}
