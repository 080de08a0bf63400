package io.github.hyenaspark.jobs.spark.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.esotericsoftware.kryo.Kryo;
import com.esotericsoftware.kryo.KryoException;
import com.esotericsoftware.kryo.io.Input;
import com.esotericsoftware.kryo.io.Output;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

class RecordSerializerTest {
    enum Colour {
        RED,
        GREEN
    }

    sealed interface Shape permits Circle, Square {}

    record Circle(double radius) implements Shape {}

    record Square(int side) implements Shape {}

    record Scalars(boolean yes, byte small, short medium, int i, long l, float f, double d, char c, String text) {}

    record Arrays(float[] floats, double[] doubles, int[] ints, long[] longs, byte[] bytes, String[] texts) {}

    record Nested(Scalars scalars, Colour colour, Shape shape, List<Shape> shapes) {}

    record Containers(
            List<Double> numbers,
            Map<String, List<Circle>> byName,
            Set<Colour> colours,
            Optional<Square> present,
            Optional<Square> absent) {}

    record Positive(int value) {
        Positive {
            if (value < 1) {
                throw new IllegalArgumentException("value must be positive, found " + value);
            }
        }
    }

    record Unregistered(int value) {}

    record Anything(Object value) {}

    private static Kryo kryo(Class<?>... types) {
        var kryo = new Kryo();
        kryo.setRegistrationRequired(true);
        kryo.setReferences(true);
        KryoRegistration.Records.register(kryo, types);
        return kryo;
    }

    private static Object throughWire(Object value, Class<?>... types) {
        var output = new Output(64, 1 << 20);
        kryo(types).writeClassAndObject(output, value);
        return kryo(types).readClassAndObject(new Input(output.toBytes()));
    }

    @Test
    void scalarsSurvive() {
        var value = new Scalars(true, (byte) -3, (short) 300, -7, 1L << 40, 1.5f, Math.PI, 'ß', "grüß Gott");
        assertThat(throughWire(value, Scalars.class)).isEqualTo(value);
    }

    @Test
    void arraysSurviveBitForBit() {
        float[] floats = {0f, -0f, Float.MIN_VALUE, Float.NaN, 1e30f};
        var value = new Arrays(
                floats, new double[] {-0.0, 3}, new int[] {-1}, new long[] {Long.MIN_VALUE}, new byte[0], new String[] {
                    "a"
                });
        var back = (Arrays) throughWire(value, Arrays.class);
        assertThat(back.floats()).containsExactly(floats); // compared as boxed values: by bits
        assertThat(back.doubles()).containsExactly(-0.0, 3);
        assertThat(back.ints()).containsExactly(-1);
        assertThat(back.longs()).containsExactly(Long.MIN_VALUE);
        assertThat(back.bytes()).isEmpty();
        assertThat(back.texts()).containsExactly("a");
    }

    @Test
    void nestedRecordsEnumsAndSealedFamiliesAreRegisteredWithTheirOwner() {
        var scalars = new Scalars(false, (byte) 0, (short) 0, 0, 0, 0, 0, 'a', "");
        var value = new Nested(scalars, Colour.GREEN, new Circle(2), List.of(new Square(3), new Circle(4)));
        assertThat(throughWire(value, Nested.class)).isEqualTo(value);
    }

    @Test
    void immutableContainersSurviveInOrder() {
        Map<String, List<Circle>> byName = new LinkedHashMap<>();
        byName.put("z", List.of(new Circle(1), new Circle(2)));
        byName.put("a", List.of());
        var value = new Containers(
                List.of(0.9, 0.95), byName, Set.of(Colour.RED), Optional.of(new Square(5)), Optional.empty());
        var back = (Containers) throughWire(value, Containers.class);
        assertThat(back).isEqualTo(value);
        assertThat(back.byName().keySet()).containsExactly("z", "a");
        assertThatThrownBy(() -> back.numbers().add(1.0)).isInstanceOf(UnsupportedOperationException.class);
    }

    @Test
    void theCanonicalConstructorJudgesWhatIsRead() {
        var output = new Output(64);
        Kryo kryo = kryo(Positive.class);
        kryo.writeClassAndObject(output, new Positive(1));
        byte[] bytes = output.toBytes();
        bytes[bytes.length - 1] = 0; // the value, a zigzag varint
        assertThatThrownBy(() -> kryo.readClassAndObject(new Input(bytes)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("refuses the values read")
                .hasMessageContaining("value must be positive, found 0");
    }

    @Test
    void anUnregisteredClassIsRefused() {
        assertThatThrownBy(() -> throughWire(new Anything(new Unregistered(1)), Anything.class))
                .satisfies(e -> assertThat(e).isInstanceOfAny(IllegalArgumentException.class, KryoException.class))
                .hasMessageContaining("Class is not registered")
                .hasMessageContaining("Unregistered");
    }
}
