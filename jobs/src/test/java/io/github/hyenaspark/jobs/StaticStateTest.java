package io.github.hyenaspark.jobs;

import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import io.github.hyenaspark.jobs.spark.task.ExecutorState;
import io.github.hyenaspark.kernel.KernelChoice.VectorModule;
import io.github.hyenaspark.kernel.PartClock;
import java.lang.reflect.Array;
import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * No static field changes but the one of {@link ExecutorState} and the clock of {@link PartClock}, so two jobs of one
 * process share no state that their owner does not know of.
 */
final class StaticStateTest {
    private static final String ROOT = "io.github.hyenaspark.";
    private static final String HOLDER = "jobs.spark.task.ExecutorState.ofThisProcess";
    private static final String CLOCK_SWITCH = "kernel.PartClock.counts";

    private static final String TABLE = "a table that is filled when its class is loaded and only read after that";
    private static final String BYTES = "fixed bytes that are only compared or written";
    private static final String TIMES = "times of a benchmark, which no result depends on";
    private static final String SCRATCH = "memory of one thread to work in, which no result depends on";

    /** Fields of a type that can change, and why they do not. */
    private static final Map<String, String> EXCEPTIONS = Map.ofEntries(
            Map.entry("data.document.clean.MinHash.LOWER", TABLE),
            Map.entry("data.document.clean.MinHash.Lanes.ADDED", TABLE),
            Map.entry("data.document.clean.MinHash.Lanes.HIGH", TABLE),
            Map.entry("data.document.clean.MinHash.Lanes.LOW", TABLE),
            Map.entry("data.document.fasta.FastaRecord.NEXT_RECORD", BYTES),
            Map.entry("data.document.stream.ByteSlice.BYTE_ORDER_MARK", BYTES),
            Map.entry("data.document.text.JsonString.NEXT_LINE", BYTES),
            Map.entry("data.prepare.commit.DatasetReport.LENGTHS", TABLE),
            Map.entry("data.shard.MegatronIndex.MAGIC", BYTES),
            Map.entry("data.shard.table.DocumentTableWriter.MAGIC", BYTES),
            Map.entry("data.token.TokenizerJson.ByteAlphabet.BYTES", TABLE),
            Map.entry("data.token.TokenizerJson.ByteAlphabet.CHARACTERS", TABLE),
            Map.entry("data.token.DnaTokenizer.ID_OF_BYTE", TABLE),
            Map.entry("jobs.report.html.Figures.BINARY_UNITS", TABLE),
            Map.entry("kernel.PartClock.ALL", TIMES),
            Map.entry("kernel.PartClock.OF_THREAD", TIMES),
            Map.entry("operator.tensor.Gelu.TAYLOR", TABLE),
            Map.entry("operator.tensor.SigmoidTanh.TAYLOR", TABLE),
            Map.entry("operator.tensor.Sine.COSINE", TABLE),
            Map.entry("operator.tensor.Sine.SINE", TABLE),
            Map.entry("product.Product.OF_THREAD", SCRATCH));

    private static final List<String> IMMUTABLE = List.of(
            "java.util.ImmutableCollections$",
            "java.util.Collections$Unmodifiable",
            "java.util.Collections$Empty",
            "java.util.Collections$Singleton");

    private static Stream<Field> statics() {
        return new ClassFileImporter()
                .withImportOption(new ImportOption.DoNotIncludeTests()).importPackages("io.github.hyenaspark").stream()
                        .map(JavaClass::getName)
                        .sorted()
                        .flatMap(StaticStateTest::fields)
                        .filter(field -> Modifier.isStatic(field.getModifiers()) && !field.isSynthetic());
    }

    @BeforeAll
    static void loadTheTypesOfVectorFields() {
        assertThat(VectorModule.load()).isTrue();
    }

    private static Stream<Field> fields(String type) {
        try {
            return Arrays.stream(Class.forName(type, false, StaticStateTest.class.getClassLoader())
                    .getDeclaredFields());
        } catch (ClassNotFoundException e) {
            throw new IllegalStateException(e);
        }
    }

    private static String name(Field field) {
        return field.getDeclaringClass().getName().replace('$', '.').substring(ROOT.length()) + "." + field.getName();
    }

    private static boolean canChange(Field field) {
        Object value = value(field);
        String type = value.getClass().getName();
        return (value.getClass().isArray() && Array.getLength(value) > 0)
                || ((value instanceof Collection<?> || value instanceof Map<?, ?>)
                        && IMMUTABLE.stream().noneMatch(type::startsWith))
                || type.startsWith("java.util.concurrent.")
                || value instanceof ThreadLocal<?>
                || (value instanceof CharSequence && !(value instanceof String))
                || (type.startsWith(ROOT) && !(value instanceof Enum<?>) && hasChangingFields(value.getClass()));
    }

    private static boolean hasChangingFields(Class<?> type) {
        return Arrays.stream(type.getDeclaredFields())
                .anyMatch(field -> !Modifier.isStatic(field.getModifiers()) && !Modifier.isFinal(field.getModifiers()));
    }

    private static Object value(Field field) {
        try {
            field.setAccessible(true);
            Object value = field.get(null);
            return value == null ? "" : value;
        } catch (IllegalAccessException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void noStaticFieldIsAssignedAgainButTheHolderAndTheClocksSwitch() {
        assertThat(statics()
                        .filter(field -> !Modifier.isFinal(field.getModifiers()))
                        .map(StaticStateTest::name))
                .containsExactly(HOLDER, CLOCK_SWITCH);
    }

    @Test
    void noStaticFieldHoldsWhatCanChangeButTheExceptions() {
        assertThat(new TreeSet<>(statics()
                        .filter(field -> Modifier.isFinal(field.getModifiers()))
                        .filter(StaticStateTest::canChange)
                        .map(StaticStateTest::name)
                        .toList()))
                .isEqualTo(new TreeSet<>(EXCEPTIONS.keySet()));
    }
}
