package io.github.hyenaspark.config;

import com.typesafe.config.ConfigOrigin;
import com.typesafe.config.ConfigValue;

/** Where a value was set, for messages. */
final class Place {
    private Place() {}

    /** In parentheses, with a space before: the file and its line, or the argument. */
    static String of(ConfigValue value) {
        ConfigOrigin origin = value.origin();
        if (origin.filename() != null && origin.lineNumber() > 0) {
            return " (" + origin.filename() + " line " + origin.lineNumber() + ")";
        }
        String description = origin.description();
        // Of a value from a list or object in an argument, the library counts lines too.
        return " (" + (description.startsWith("argument ") ? description.replaceFirst(": 1$", "") : description) + ")";
    }
}
