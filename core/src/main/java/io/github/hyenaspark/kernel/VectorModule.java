package io.github.hyenaspark.kernel;

/**
 * The incubating module of the Vector API in this JVM, loaded late because {@code --add-modules} makes every JVM greet
 * its user with a warning. That needs {@value #FLAG}, which {@code conf/spark-defaults.conf} gives to drivers and
 * executors. This class does not mention the module's types, so it loads without them.
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
