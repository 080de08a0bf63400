package io.github.hyenaspark.convolution;

import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/**
 * Which kernel the program uses, and why: the vector kernel if {@link VectorModule} and its classes load and run, else
 * the scalar one. The property {@code hyena.convolution} ({@code scalar} or {@code vector}) overrides that; where it
 * cannot, the source throws. {@code VectorKernel} is loaded by name: a class that mentions it needs the module.
 */
public record KernelChoice(String name, KernelSource source, String reason) {
    static final String PROPERTY = "hyena.convolution";

    private static final String SCALAR = "scalar";
    private static final String VECTOR = "vector";
    private static final String VECTOR_SOURCE = "io.github.hyenaspark.convolution.vector.VectorKernelSource";
    private static final Logger LOG = LoggerFactory.getLogger(KernelChoice.class);

    private static final class AtStart {
        private static final KernelChoice CHOICE = KernelChoice.of(System.getProperty(PROPERTY, ""));

        static {
            boolean slower = CHOICE.name().equals(SCALAR)
                    && System.getProperty(PROPERTY, "").isEmpty();
            LOG.atLevel(slower ? Level.WARN : Level.INFO)
                    .log("Long convolutions use the {} kernel: {}", CHOICE.name(), CHOICE.reason());
        }
    }

    /** The choice of this JVM; the first call logs it, as a warning where the slower kernel was not asked for. */
    static KernelChoice atStart() {
        return AtStart.CHOICE;
    }

    /** The name, with what else the bits of its results depend on. */
    String kernel() {
        return name.equals(VECTOR) ? name + " of " + source : name;
    }

    public static KernelChoice of(String wish) {
        return switch (wish) {
            case SCALAR -> scalar(PROPERTY + " is scalar");
            case "", VECTOR -> vector(wish);
            default -> none("the system property " + PROPERTY + " must be scalar or vector, found '" + wish + "'");
        };
    }

    private static KernelChoice vector(String wish) {
        if (!VectorModule.load()) {
            return withoutVectors(
                    wish,
                    "the module " + VectorModule.NAME + " is not available; start Java with " + VectorModule.FLAG);
        }
        try {
            KernelSource source = vectorSource();
            return new KernelChoice(VECTOR, source, source + " of " + VectorModule.NAME);
        } catch (LinkageError | ReflectiveOperationException e) {
            Throwable cause = Optional.ofNullable(e.getCause()).orElse(e);
            return withoutVectors(wish, "the vector kernel does not run on this JVM: " + cause);
        }
    }

    private static KernelChoice withoutVectors(String wish, String reason) {
        return wish.isEmpty() ? scalar(reason) : none(PROPERTY + " is vector, but " + reason);
    }

    private static KernelChoice scalar(String reason) {
        return new KernelChoice(SCALAR, size -> new RingKernel(size, new ScalarPasses()), reason);
    }

    private static KernelChoice none(String reason) {
        KernelSource refusal = size -> {
            throw new IllegalStateException(reason);
        };
        return new KernelChoice("missing", refusal, reason);
    }

    /** Also runs every method once: what another JDK has taken away shows when it is first called. */
    private static KernelSource vectorSource() throws ReflectiveOperationException {
        KernelSource source = Class.forName(VECTOR_SOURCE)
                .asSubclass(KernelSource.class)
                .getDeclaredConstructor()
                .newInstance();
        new WarmUp(LongConvolution.ofLength(512, source)).once();
        return source;
    }

    public interface KernelSource {
        /** For rows of {@code size} elements, a power of two not below {@link RingKernel#SMALLEST}. */
        Kernel ofSize(int size);
    }
}
