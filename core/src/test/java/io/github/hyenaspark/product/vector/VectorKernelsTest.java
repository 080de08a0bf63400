package io.github.hyenaspark.product.vector;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.github.hyenaspark.kernel.KernelChoice.VectorModule;
import io.github.hyenaspark.product.ProductContract;
import io.github.hyenaspark.product.TileKernel;
import java.io.IOException;
import java.io.InputStream;
import java.lang.reflect.Constructor;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * Both kernels with vectors of every size that the machine has. The size is a constant of a class, so every case loads
 * the classes anew. The sizes that a machine chooses are tried first, the others in the process lane.
 */
class VectorKernelsTest {
    private static final String ROOM = "io.github.hyenaspark.product.vector.VectorKernels";

    @Nested
    class SixByFourOf512Bits extends ProductContract {
        SixByFourOf512Bits() {
            super(kernel("SixByFour", 512));
        }
    }

    @Nested
    @Tag("process")
    class SixByFourOf256Bits extends ProductContract {
        SixByFourOf256Bits() {
            super(kernel("SixByFour", 256));
        }
    }

    @Nested
    @Tag("process")
    class SixByFourOf128Bits extends ProductContract {
        SixByFourOf128Bits() {
            super(kernel("SixByFour", 128));
        }
    }

    @Nested
    @Tag("process")
    class FourByTwoOf512Bits extends ProductContract {
        FourByTwoOf512Bits() {
            super(kernel("FourByTwo", 512));
        }
    }

    @Nested
    class FourByTwoOf256Bits extends ProductContract {
        FourByTwoOf256Bits() {
            super(kernel("FourByTwo", 256));
        }
    }

    @Nested
    @Tag("process")
    class FourByTwoOf128Bits extends ProductContract {
        FourByTwoOf128Bits() {
            super(kernel("FourByTwo", 128));
        }
    }

    @Test
    void theTileFollowsTheVectors() {
        TileKernel kernel = kernel("FourByTwo", 128);
        assertThat(kernel.rows()).isEqualTo(4);
        assertThat(kernel.columns()).isEqualTo(8);
    }

    private static TileKernel kernel(String name, int bits) {
        try {
            assertThat(VectorModule.load()).isTrue();
            assumeTrue(bits <= widest(), "this machine has no vectors of " + bits + " bits");
            System.setProperty("hyena.product.bits", String.valueOf(bits));
            Constructor<?> constructor =
                    new FreshLoader().loadClass(ROOM + "$" + name).getDeclaredConstructor();
            constructor.setAccessible(true);
            return (TileKernel) constructor.newInstance();
        } catch (ReflectiveOperationException e) {
            throw new LinkageError("the kernel " + name + " does not load", e);
        } finally {
            System.clearProperty("hyena.product.bits");
        }
    }

    private static int widest() throws ReflectiveOperationException {
        Class<?> shape = Class.forName("jdk.incubator.vector.VectorShape");
        Object preferred = shape.getMethod("preferredShape").invoke(null);
        return (int) shape.getMethod("vectorBitSize").invoke(preferred);
    }

    /** Loads the kernels' own classes itself, and everything else as usual. */
    private static final class FreshLoader extends ClassLoader {
        FreshLoader() {
            super(VectorKernelsTest.class.getClassLoader());
        }

        @Override
        protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
            synchronized (getClassLoadingLock(name)) {
                if (!name.startsWith(ROOM)) {
                    return super.loadClass(name, resolve);
                }
                Class<?> loaded = findLoadedClass(name);
                return loaded == null ? define(name) : loaded;
            }
        }

        private Class<?> define(String name) throws ClassNotFoundException {
            String file = name.replace('.', '/') + ".class";
            try (InputStream in = getParent().getResourceAsStream(file)) {
                if (in == null) {
                    throw new ClassNotFoundException(name);
                }
                byte[] bytes = in.readAllBytes();
                return defineClass(name, bytes, 0, bytes.length);
            } catch (IOException e) {
                throw new ClassNotFoundException(name, e);
            }
        }
    }
}
