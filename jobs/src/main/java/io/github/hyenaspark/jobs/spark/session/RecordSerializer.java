package io.github.hyenaspark.jobs.spark.session;

import com.esotericsoftware.kryo.Kryo;
import com.esotericsoftware.kryo.Serializer;
import com.esotericsoftware.kryo.io.Input;
import com.esotericsoftware.kryo.io.Output;
import java.lang.reflect.Constructor;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Carries any record through Kryo by its components and its canonical constructor, so that a record read back was
 * validated like every other. Kryo's own field serializer cannot: a record has no settable fields. Lists, sets, maps
 * and optionals go element by element and come back unmodifiable and in the same order, whatever class they had: Kryo
 * cannot read back what {@code List.of} makes. Everything else must have a registered class. Register records with
 * {@link KryoRegistration.Records}.
 */
final class RecordSerializer<T extends Record> extends Serializer<T> {
    private final RecordComponent[] components;
    private final Type[] types;
    private final Constructor<T> constructor;

    private RecordSerializer(RecordComponent[] components, Constructor<T> constructor) {
        super(false, true); // no nulls, immutable
        this.components = components;
        this.types =
                Arrays.stream(components).map(RecordComponent::getGenericType).toArray(Type[]::new);
        this.constructor = constructor;
    }

    /** A serializer of one record class; refuses one whose constructor or accessors cannot be reached. */
    static <T extends Record> RecordSerializer<T> of(Class<T> type) {
        RecordComponent[] components = type.getRecordComponents();
        Class<?>[] parameters =
                Arrays.stream(components).map(RecordComponent::getType).toArray(Class<?>[]::new);
        try {
            Constructor<T> constructor = type.getDeclaredConstructor(parameters);
            constructor.setAccessible(true);
            for (RecordComponent component : components) {
                component.getAccessor().setAccessible(true);
            }
            return new RecordSerializer<>(components, constructor);
        } catch (ReflectiveOperationException | RuntimeException e) {
            throw new IllegalArgumentException("record " + type.getName() + " cannot be serialised: " + e, e);
        }
    }

    @Override
    public void write(Kryo kryo, Output output, T value) {
        for (int i = 0; i < components.length; i++) {
            write(kryo, output, types[i], component(value, i));
        }
    }

    @Override
    public T read(Kryo kryo, Input input, Class<T> type) {
        Object[] values = new Object[components.length];
        for (int i = 0; i < values.length; i++) {
            values[i] = read(kryo, input, types[i]);
        }
        try {
            return constructor.newInstance(values);
        } catch (InvocationTargetException e) {
            throw new IllegalArgumentException(
                    "record " + type.getName() + " refuses the values read: " + e.getCause(), e.getCause());
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("record " + type.getName() + " cannot be made: " + e, e);
        }
    }

    private Object component(T value, int index) {
        try {
            return components[index].getAccessor().invoke(value);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException(
                    "component " + components[index].getName() + " of " + value.getClass() + " cannot be read: " + e,
                    e);
        }
    }

    private static void write(Kryo kryo, Output output, Type type, Object value) {
        if (value instanceof Collection<?> elements && isContainer(type)) {
            output.writeVarInt(elements.size(), true);
            for (Object element : elements) {
                write(kryo, output, argument(type, 0), element);
            }
        } else if (value instanceof Map<?, ?> map && isContainer(type)) {
            output.writeVarInt(map.size(), true);
            for (Map.Entry<?, ?> entry : map.entrySet()) {
                write(kryo, output, argument(type, 0), entry.getKey());
                write(kryo, output, argument(type, 1), entry.getValue());
            }
        } else if (value instanceof Optional<?> optional && raw(type) == Optional.class) {
            output.writeBoolean(optional.isPresent());
            if (optional.isPresent()) {
                write(kryo, output, argument(type, 0), optional.get());
            }
        } else {
            kryo.writeClassAndObject(output, value);
        }
    }

    private static Object read(Kryo kryo, Input input, Type type) {
        Class<?> raw = raw(type);
        if (raw == List.class || raw == Collection.class) {
            return Collections.unmodifiableList(readInto(new ArrayList<>(), kryo, input, type));
        }
        if (raw == Set.class) {
            return Collections.unmodifiableSet(readInto(new LinkedHashSet<>(), kryo, input, type));
        }
        if (raw == Map.class) {
            return readMap(kryo, input, type);
        }
        if (raw == Optional.class) {
            return input.readBoolean() ? Optional.of(read(kryo, input, argument(type, 0))) : Optional.empty();
        }
        return kryo.readClassAndObject(input);
    }

    private static <C extends Collection<Object>> C readInto(C empty, Kryo kryo, Input input, Type type) {
        int size = input.readVarInt(true);
        for (int i = 0; i < size; i++) {
            empty.add(read(kryo, input, argument(type, 0)));
        }
        return empty;
    }

    private static Map<Object, Object> readMap(Kryo kryo, Input input, Type type) {
        int size = input.readVarInt(true);
        Map<Object, Object> map = new LinkedHashMap<>();
        for (int i = 0; i < size; i++) {
            Object key = read(kryo, input, argument(type, 0));
            map.put(key, read(kryo, input, argument(type, 1)));
        }
        return Collections.unmodifiableMap(map);
    }

    /** Whether this declared type is one of the containers that are written element by element. */
    private static boolean isContainer(Type type) {
        Class<?> raw = raw(type);
        return raw == List.class || raw == Collection.class || raw == Set.class || raw == Map.class;
    }

    /** The class behind a declared type; {@code Object} for a type variable or a wildcard. */
    private static Class<?> raw(Type type) {
        if (type instanceof Class<?> plain) {
            return plain;
        }
        if (type instanceof ParameterizedType parameterized) {
            return raw(parameterized.getRawType());
        }
        return Object.class;
    }

    private static Type argument(Type type, int index) {
        return type instanceof ParameterizedType parameterized
                ? parameterized.getActualTypeArguments()[index]
                : Object.class;
    }
}
