package io.github.hyenaspark.operator.block;

import io.github.hyenaspark.operator.tensor.FloatArray;
import java.lang.reflect.Array;
import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.util.Collection;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The arrays of numbers that objects of this project hold on to, directly or through others. */
public final class KeptMemory {
    private final Set<Object> seen = Collections.newSetFromMap(new IdentityHashMap<>());
    private long bytes;

    private KeptMemory() {}

    /** Bytes of all arrays that can be reached from {@code roots}, each once. */
    public static long bytes(Object... roots) throws IllegalAccessException {
        var memory = new KeptMemory();
        memory.visit(roots);
        return memory.bytes;
    }

    private void visit(@Nullable Object object) throws IllegalAccessException {
        if (object == null || object instanceof Enum<?> || !seen.add(object)) {
            return;
        }
        if (object instanceof FloatArray array) {
            bytes += array.length() * Float.BYTES;
        } else if (object instanceof float[] floats) {
            bytes += (long) floats.length * Float.BYTES;
        } else if (object instanceof double[] doubles) {
            bytes += (long) doubles.length * Double.BYTES;
        } else if (object.getClass().isArray()) {
            for (int i = 0; i < Array.getLength(object); i++) {
                visit(Array.get(object, i));
            }
        } else if (object instanceof Collection<?> elements) {
            visit(elements.toArray());
        } else if (object instanceof Map<?, ?> map) {
            visit(map.values());
        } else if (object instanceof Optional<?> optional) {
            visit(optional.stream().toArray());
        } else if (object.getClass().getName().startsWith("io.github.hyenaspark.")) {
            for (Field field : object.getClass().getDeclaredFields()) {
                if (!Modifier.isStatic(field.getModifiers()) && !field.getType().isPrimitive()) {
                    field.setAccessible(true);
                    visit(field.get(object));
                }
            }
        }
    }
}
