package io.github.hyenaspark.config;

import java.util.Collection;
import java.util.Set;

/** What a value of some Java type looks like in settings, in words. */
final class Expectation {
    private static final Set<Class<?>> WHOLE = Set.of(int.class, long.class, Integer.class, Long.class);
    private static final Set<Class<?>> REAL = Set.of(double.class, float.class, Double.class, Float.class);
    private static final Set<Class<?>> FLAG = Set.of(boolean.class, Boolean.class);

    private Expectation() {}

    static String of(Class<?> type) {
        if (WHOLE.contains(type)) {
            return "a whole number";
        }
        if (REAL.contains(type)) {
            return "a number";
        }
        if (FLAG.contains(type)) {
            return "true or false";
        }
        if (type.isEnum()) {
            return "one of " + RecordBinding.KebabEnums.names(type);
        }
        if (Collection.class.isAssignableFrom(type)) {
            return "a list, as in [A, B]";
        }
        return type.isRecord() ? "a section, as in { KEY = VALUE }" : "text";
    }
}
