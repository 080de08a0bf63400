package io.github.hyenaspark.data.document.text;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** The wanted fields of a JSON object, found by their names. The first is the text, which has no value here. */
final class JsonFields {
    static final int TEXT = 0;
    static final int NONE = -1;

    private static final byte[] ABSENT = new byte[0];

    private final List<String> names;
    private final byte[][] keys;
    private final boolean[] seen;
    private final byte[][] values;

    JsonFields(List<String> names) {
        this.names = names;
        this.keys = names.stream()
                .map(name -> name.getBytes(StandardCharsets.UTF_8))
                .toArray(byte[][]::new);
        this.seen = new boolean[keys.length];
        this.values = new byte[keys.length][];
        clear();
    }

    /** Forgets the object before. */
    void clear() {
        Arrays.fill(seen, false);
        Arrays.fill(values, ABSENT);
    }

    /** Bytes that are enough to tell any key from the wanted ones. */
    int keyBytes() {
        return 1 + Arrays.stream(keys).mapToInt(key -> key.length).max().orElse(0);
    }

    /** The wanted field with this name, or {@link #NONE}. */
    int indexOf(byte[] key, int length) {
        for (int i = 0; i < keys.length; i++) {
            if (keys[i].length == length && Arrays.equals(keys[i], 0, length, key, 0, length)) {
                return i;
            }
        }
        return NONE;
    }

    String name(int field) {
        return names.get(field);
    }

    /** Whether the field was not there before. */
    boolean see(int field) {
        boolean first = !seen[field];
        seen[field] = true;
        return first;
    }

    void keep(int field, byte[] value) {
        values[field] = value;
    }

    /** The value of a field, unless it is missing or null. */
    Optional<String> value(String name) {
        byte[] value = values[names.indexOf(name)];
        return value == ABSENT ? Optional.empty() : Optional.of(new String(value, StandardCharsets.UTF_8));
    }
}
