package io.github.hyenaspark.io;

import java.util.Optional;
import java.util.ServiceLoader;
import org.slf4j.helpers.MessageFormatter;

/**
 * Places in the program where tests end a process, hold a thread or note what was read. In production there is no
 * observer, and reaching a point does nothing.
 */
public final class TestPoint {
    /**
     * Is told of every point that its process reaches; a {@link ServiceLoader} finds it on the class path of a test.
     */
    @FunctionalInterface
    public interface Observer {
        /** Called by the thread that reaches the point, which goes on when this returns. */
        void reached(String point);
    }

    private static final Optional<Observer> OBSERVER =
            ServiceLoader.load(Observer.class, TestPoint.class.getClassLoader()).findFirst();

    private TestPoint() {}

    /**
     * This thread is at a point.
     *
     * @param point its name, with {@code {}} for each argument
     */
    public static void reached(String point, Object... arguments) {
        if (OBSERVER.isPresent()) {
            OBSERVER.get()
                    .reached(MessageFormatter.arrayFormat(point, arguments).getMessage());
        }
    }
}
