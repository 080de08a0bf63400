package io.github.hyenaspark.kernel;

import java.util.Optional;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/**
 * Which of two kernels the program uses, and why: the vector kernel if {@link VectorModule} and its classes load and
 * run, else the scalar one; also the scalar one for little work, as {@link #expect} says. A system property
 * ({@code scalar} or {@code vector}) overrides all that.
 *
 * @param name {@code scalar}, {@code vector}, or {@code missing} where the property cannot be followed
 * @param kernel empty if missing
 * @param <S> makes kernels
 */
public record KernelChoice<S>(String name, Optional<S> kernel, String reason) {
    private static final String SCALAR = "scalar";
    private static final String VECTOR = "vector";
    private static final Logger LOG = LoggerFactory.getLogger(KernelChoice.class);

    /** The operations that this JVM is expected to do, for kernels that are chosen later. */
    private static final String EXPECTED = "hyena.operations";
    /**
     * Vector code is interpreted very slowly until it is compiled. Scoring took 3 of 11 seconds less with scalar
     * kernels at 12 billion operations, and 6 seconds more than 19 at 500 billion (two cores, AVX2).
     */
    private static final double LITTLE = 5e10;

    private static final String MODULE_MISSING =
            "the module " + VectorModule.NAME + " is not available; start Java with " + VectorModule.FLAG;

    /** Says once in a JVM, however many kernels miss the module, that they are slower without it. */
    private static final class ModuleMissing {
        static final boolean TOLD = tell();

        private static boolean tell() {
            LOG.warn("Every product and convolution uses its scalar kernel, which is slower: {}", MODULE_MISSING);
            return true;
        }
    }

    /**
     * Says how many additions and multiplications this JVM will do in all. For little work, kernels that are not chosen
     * yet will be scalar, because it ends before vector code is compiled; they give the same bits.
     */
    public static void expect(double operations) {
        System.setProperty(EXPECTED, Double.toString(operations));
    }

    private static boolean isLittleExpected() {
        return Double.parseDouble(System.getProperty(EXPECTED, "Infinity")) < LITTLE;
    }

    /**
     * The two kernels for one use.
     *
     * @param use what they do, for the log: "Long convolutions"
     * @param property that overrides the choice
     * @param vector the class of the vector kernel, found by name because it does not load without the module; has a
     *     public constructor without arguments
     * @param trial runs every method once: what another JDK has taken away shows when it is first called
     */
    public record Kind<S>(String use, String property, Class<S> type, S scalar, String vector, Consumer<S> trial) {
        /** The choice of this JVM; logs it, as a warning where the slower kernel was not asked for. */
        public KernelChoice<S> atStart() {
            String wish = System.getProperty(property, "");
            boolean little = wish.isEmpty() && isLittleExpected();
            KernelChoice<S> choice = little
                    ? new KernelChoice<>(SCALAR, Optional.of(scalar), "the work ends before vector code is compiled")
                    : choose(wish);
            boolean slower = choice.name.equals(SCALAR) && wish.isEmpty() && !little;
            boolean told = slower && choice.reason.equals(MODULE_MISSING) && ModuleMissing.TOLD;
            LOG.atLevel(slower && !told ? Level.WARN : Level.INFO)
                    .log("{} use the {} kernel: {}", use, choice.name, choice.reason);
            return choice;
        }

        /** The choice for a value of the property, empty if there is none. */
        public KernelChoice<S> choose(String wish) {
            return switch (wish) {
                case SCALAR -> new KernelChoice<>(SCALAR, Optional.of(scalar), property + " is scalar");
                case "", VECTOR -> vector(wish);
                default ->
                    missing("the system property " + property + " must be scalar or vector, found '" + wish + "'");
            };
        }

        private KernelChoice<S> vector(String wish) {
            if (!VectorModule.load()) {
                return withoutVectors(wish, MODULE_MISSING);
            }
            try {
                S found = Class.forName(vector)
                        .asSubclass(type)
                        .getDeclaredConstructor()
                        .newInstance();
                trial.accept(found);
                return new KernelChoice<>(VECTOR, Optional.of(found), found + " of " + VectorModule.NAME);
            } catch (LinkageError | ReflectiveOperationException e) {
                Throwable cause = Optional.ofNullable(e.getCause()).orElse(e);
                return withoutVectors(wish, "the vector kernel does not run on this JVM: " + cause);
            }
        }

        private KernelChoice<S> withoutVectors(String wish, String reason) {
            return wish.isEmpty()
                    ? new KernelChoice<>(SCALAR, Optional.of(scalar), reason)
                    : missing(property + " is vector, but " + reason);
        }

        private KernelChoice<S> missing(String reason) {
            return new KernelChoice<>("missing", Optional.empty(), reason);
        }
    }

    /** IllegalStateException with the reason if the property asks for a kernel that this JVM lacks. */
    public S source() {
        return kernel.orElseThrow(() -> new IllegalStateException(reason));
    }

    /** The name, with what else describes a vector kernel. */
    public String description() {
        return name.equals(VECTOR) ? name + " of " + source() : name;
    }

    /**
     * The incubating module of the Vector API in this JVM, loaded late because {@code --add-modules} makes every JVM
     * greet its user with a warning. That needs {@value #FLAG}, which {@code conf/spark-defaults.conf} gives to drivers
     * and executors. This class does not mention the module's types, so it loads without them.
     */
    public static final class VectorModule {
        /** The flag that a JVM needs so that {@link #load} finds the module. */
        public static final String FLAG = "--add-exports=java.base/jdk.internal.module=ALL-UNNAMED";

        static final String NAME = "jdk.incubator.vector";

        private VectorModule() {}

        /** Makes the module's classes available; whether they are. Loading it again does nothing. */
        public static boolean load() {
            if (ModuleLayer.boot().findModule(NAME).isPresent()) {
                return true;
            }
            try {
                Class.forName("jdk.internal.module.Modules")
                        .getMethod("loadModule", String.class)
                        .invoke(null, NAME);
                return true;
            } catch (LinkageError | ReflectiveOperationException e) { // no such flag, module or method
                return false;
            }
        }
    }
}
