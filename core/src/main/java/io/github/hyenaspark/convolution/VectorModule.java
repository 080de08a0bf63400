package io.github.hyenaspark.convolution;

/**
 * The incubating module of the Vector API in this JVM. {@code --add-modules=jdk.incubator.vector} adds it too, but then
 * every JVM greets its user with a warning that no flag turns off; a module that is loaded later gets none. Loading it
 * needs {@value #FLAG}, which {@code conf/spark-defaults.conf} gives to drivers and executors.
 *
 * <p>This class does not mention the module's types, so it loads without them.
 */
public final class VectorModule {
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
