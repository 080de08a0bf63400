package io.github.hyenaspark.jobs.spark.session;

import com.esotericsoftware.kryo.Kryo;
import com.esotericsoftware.kryo.Serializer;
import com.esotericsoftware.kryo.io.Input;
import com.esotericsoftware.kryo.io.Output;
import io.github.hyenaspark.data.prepare.DatasetSpec;
import io.github.hyenaspark.data.prepare.commit.DatasetVerification.Faults;
import io.github.hyenaspark.data.prepare.duplicate.DuplicateSearch;
import io.github.hyenaspark.data.prepare.unit.WorkUnit;
import io.github.hyenaspark.jobs.spark.evaluation.EvaluationTask;
import io.github.hyenaspark.jobs.spark.prepare.SparkVerification;
import io.github.hyenaspark.jobs.spark.prepare.SparkWordCount;
import io.github.hyenaspark.jobs.spark.run.BroadcastState;
import io.github.hyenaspark.jobs.spark.run.TrainingPlan;
import io.github.hyenaspark.jobs.spark.worker.DistributedAverage;
import io.github.hyenaspark.jobs.spark.worker.LabelTraining;
import io.github.hyenaspark.jobs.spark.worker.WorkerRound;
import io.github.hyenaspark.model.LossSum;
import io.github.hyenaspark.train.averaging.Averaging;
import java.lang.reflect.GenericArrayType;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.LinkedHashSet;
import java.util.Set;
import org.apache.spark.serializer.KryoRegistrator;

/**
 * All classes that cross the wire between driver and executors. Whatever is not here stops a job
 * ({@code spark.kryo.registrationRequired}), so nothing large or fragile travels unnoticed.
 */
public final class KryoRegistration implements KryoRegistrator {
    @Override
    public void registerClasses(Kryo kryo) {
        Records.register(
                kryo,
                TrainingPlan.class,
                LabelTraining.Plan.class,
                BroadcastState.class,
                WorkerRound.class,
                DistributedAverage.Part.class,
                DistributedAverage.AveragedRange.class,
                Averaging.AveragedState.class,
                LossSum.ByPosition.class,
                EvaluationTask.Plan.class,
                EvaluationTask.ChunkLosses.class,
                WorkUnit.class,
                DatasetSpec.class,
                DuplicateSearch.class,
                DuplicateSearch.Units.class,
                DuplicateSearch.Marked.class,
                SparkVerification.Portion.class,
                Faults.class,
                SparkWordCount.WordCountPart.class,
                float[].class, // parameters of fitted models
                double[][].class); // outputs of models for sequences
    }

    /**
     * Registers records and all they are made of: nested records, enums, arrays, the permitted classes of sealed
     * interfaces. The order of registration follows the order of declaration, so that driver and executors give every
     * class the same id.
     */
    static final class Records {
        private final Set<Class<?>> found = new LinkedHashSet<>();

        private Records() {}

        /** Registers these classes, their arrays, in which Spark collects, and every class their components name. */
        static void register(Kryo kryo, Class<?>... types) {
            var wire = new Records();
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

    /** Carries arrays of floats through Kryo by copying memory: Kryo's own goes float by float, byte by byte. */
    private static final class FloatsSerializer extends Serializer<float[]> {
        private static final int FLOATS_AT_ONCE = 1 << 14;

        FloatsSerializer() {
            super(false, false); // no nulls; an array is not immutable
        }

        private static byte[] buffer(int floats) {
            return new byte[Math.min(floats, FLOATS_AT_ONCE) * Float.BYTES];
        }

        private static FloatBuffer floats(byte[] bytes) {
            return ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer();
        }

        @Override
        public void write(Kryo kryo, Output output, float[] values) {
            output.writeVarInt(values.length, true);
            byte[] bytes = buffer(values.length);
            for (int from = 0; from < values.length; from += FLOATS_AT_ONCE) {
                int count = Math.min(FLOATS_AT_ONCE, values.length - from);
                floats(bytes).put(values, from, count);
                output.writeBytes(bytes, 0, count * Float.BYTES);
            }
        }

        @Override
        public float[] read(Kryo kryo, Input input, Class<float[]> type) {
            float[] values = new float[input.readVarInt(true)];
            byte[] bytes = buffer(values.length);
            for (int from = 0; from < values.length; from += FLOATS_AT_ONCE) {
                int count = Math.min(FLOATS_AT_ONCE, values.length - from);
                input.readBytes(bytes, 0, count * Float.BYTES);
                floats(bytes).get(values, from, count);
            }
            return values;
        }
    }
}
