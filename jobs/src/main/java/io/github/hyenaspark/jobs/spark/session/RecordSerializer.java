package io.github.hyenaspark.jobs.spark.session;

import com.esotericsoftware.kryo.Kryo;
import com.esotericsoftware.kryo.Serializer;
import com.esotericsoftware.kryo.io.Input;
import com.esotericsoftware.kryo.io.Output;
import java.lang.reflect.Constructor;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.util.Arrays;

/**
 * Carries any record through Kryo by its components and its canonical constructor, so that a record read back was
 * validated like every other. Kryo's own field serializer cannot: a record has no settable fields. Components are
 * written as {@link KryoValues} says. Register records with {@link KryoRecords}.
 *
 * @param <T> the record
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

    /**
     * A serializer of one record class.
     *
     * @throws IllegalArgumentException if its constructor or accessors cannot be reached
     */
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
            KryoValues.write(kryo, output, types[i], component(value, i));
        }
    }

    @Override
    public T read(Kryo kryo, Input input, Class<T> type) {
        Object[] values = new Object[components.length];
        for (int i = 0; i < values.length; i++) {
            values[i] = KryoValues.read(kryo, input, types[i]);
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
}
