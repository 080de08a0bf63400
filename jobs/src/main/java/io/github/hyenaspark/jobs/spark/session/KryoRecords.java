package io.github.hyenaspark.jobs.spark.session;

import com.esotericsoftware.kryo.Kryo;
import java.lang.reflect.GenericArrayType;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.util.LinkedHashSet;
import java.util.Set;

/**
 * Registers records and all they are made of: nested records, enums, arrays, the permitted classes of sealed
 * interfaces. The order of registration follows the order of declaration, so that driver and executors give every class
 * the same id.
 */
final class KryoRecords {
    private final Set<Class<?>> found = new LinkedHashSet<>();

    private KryoRecords() {}

    /** Registers these classes, their arrays, in which Spark collects, and every class their components name. */
    static void register(Kryo kryo, Class<?>... types) {
        var wire = new KryoRecords();
        for (Class<?> type : types) {
            wire.add(type);
            wire.add(type.arrayType());
        }
        wire.found.forEach(type -> registerOne(kryo, type));
    }

    private static void registerOne(Kryo kryo, Class<?> type) {
        if (type.isRecord()) {
            kryo.register(type, RecordSerializer.of(type.asSubclass(Record.class)));
        } else if (type == float[].class) {
            kryo.register(type, new FloatsSerializer());
        } else {
            kryo.register(type);
        }
    }

    private void add(Type type) {
        if (type instanceof ParameterizedType parameterized) {
            add(parameterized.getRawType());
            for (Type argument : parameterized.getActualTypeArguments()) {
                add(argument);
            }
        } else if (type instanceof GenericArrayType array) {
            add(array.getGenericComponentType());
        } else if (type instanceof Class<?> plain) {
            addClass(plain);
        }
    }

    private void addClass(Class<?> type) {
        if (type.isArray()) {
            add(type.getComponentType());
        }
        if (type.isSealed() && !type.isEnum()) {
            for (Class<?> permitted : type.getPermittedSubclasses()) {
                add(permitted);
            }
        } else if (travels(type) && found.add(type) && type.isRecord()) {
            for (RecordComponent component : type.getRecordComponents()) {
                add(component.getGenericType());
            }
        }
    }

    private static boolean travels(Class<?> type) {
        return type.isRecord() || type.isEnum() || type.isArray();
    }
}
